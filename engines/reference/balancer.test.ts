import { describe, expect, it } from "vitest";
import { Balancer } from "./balancer.ts";
import { sound } from "./behaviour.ts";

const node = (...addresses: readonly string[]) => ({
  status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
});
const nodes = [node("172.30.0.10", "fd00:30::a"), node("172.30.0.11"), { status: {} }];
const others = ["-A -t 10.97.0.1:443 -s rr", "-a -t 10.97.0.1:443 -r 172.30.0.1:20002 -m -w 1"];
const server = "-A -t 172.30.255.250:6443 -s rr";
const first = "-a -t 172.30.255.250:6443 -r 172.30.0.10:6444 -m -w 1";
const second = "-a -t 172.30.255.250:6443 -r 172.30.0.11:6444 -m -w 1";

/** What is asked of the kernel where these virtual servers are. */
async function callsWith(found: readonly string[], isHeld: boolean): Promise<readonly string[]> {
  const calls: string[] = [];
  const kernel = {
    command: async ([, ...words]: readonly [string, ...string[]]) => {
      if (words[0] === "-Sn") return `${found.join("\n")}\n`;
      calls.push(words.join(" "));
      return "";
    },
  };
  const balancer = new Balancer({
    kernel,
    behaviour: sound,
    vip: "172.30.255.250",
    port: 6443,
    serverPort: 6444,
  });
  await balancer.apply(isHeld, nodes);
  return calls;
}

describe("Balancer", () => {
  it("leads to the API servers of the family, where the address is", async () => {
    expect(await callsWith(others, true)).toEqual([server, first, second]);
    expect(await callsWith([...others, server, first, second], true)).toEqual([]);
  });

  it("takes its virtual server away where the address is not, whoever left it, and nobody else's", async () => {
    expect(await callsWith([...others, server, first, second], false)).toEqual(["-D -t 172.30.255.250:6443"]);
    expect(await callsWith(others, false)).toEqual([]);
  });

  it("takes an API server away that is none any more", async () => {
    const gone = "-a -t 172.30.255.250:6443 -r 172.30.0.99:6444 -m -w 1";
    expect(await callsWith([server, first, second, gone], true)).toEqual([
      "-d -t 172.30.255.250:6443 -r 172.30.0.99:6444",
    ]);
  });
});
