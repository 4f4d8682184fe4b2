import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { runInSandbox } from "../../cluster/sandbox/in-sandbox.fixture.ts";
import type { GuestAnswer } from "./guest-node.fixture.ts";
import { obtainGuestParts } from "../../../scripts/conformance/guest.ts";

const program = fileURLToPath(new URL("guest-node.fixture.ts", import.meta.url));
let answer: GuestAnswer;

beforeAll(async () => {
  const guest = await obtainGuestParts({ report: console.log });
  answer = await runInSandbox({ program, guest, timeoutMs: 1_150_000 });
  const { kernel, bootMs, execMs, snapshotMs } = answer;
  console.log(
    `${kernel.name} (${kernel.kind}): boot ${bootMs} ms, a command ${execMs} ms, a snapshot ${snapshotMs} ms`,
  );
}, 1_200_000);

test("a guest has a kernel of its own", () => {
  expect(answer.kernel.kind).toMatch(/^guest-(kvm|tcg)$/);
  expect(answer.kernel.name).not.toBe("");
});

test("it and its pods reach the API server, and it its pods", () => {
  expect(answer.reached).toEqual(["node kept", "node new", "pod kept", "pod new"]);
  expect(answer.podAnswers).toBe("10.244.0.77");
});

test("ip_vs and dummy work in it, and snapshots show them", () => {
  expect(answer.added).toEqual(
    expect.arrayContaining([
      "[link] link kube-dummy-if up mtu 1500 type dummy noarp",
      "[address] 10.97.0.50/32 dev kube-dummy-if scope global",
      "[ipvs] -A -t 10.97.0.50:80 -s rr -p 10800",
      "[ipvs] -a -t 10.97.0.50:80 -r 10.244.0.7:8080 -m -w 3",
      "[ipvs] -A -u [fd00:97::50]:53 -s sh -b sh-port -o",
      "[ipvs] -a -u [fd00:97::50]:53 -r [fd00:10:244::7]:53 -g -w 1",
      "[ipvs] -A -f 64 -s mh",
      "[ipvs] -A -f 65 -6 -s rr",
      "[ipset] create kube-router-svip-prt hash:ip,port family inet maxelem 65536 timeout 0",
      "[ipset] add kube-router-svip-prt 10.97.0.50,tcp:80 timeout 0",
      "[ipset] add soon 10.97.0.51",
    ]),
  );
  expect(
    answer.added.filter((text) => /-A INPUT -m ipvs +--ipvs .*kube-router-svip-prt/.test(text)),
  ).toHaveLength(1);
});

test("commands go on while its network is cut", () => {
  expect(answer.whileDown).toMatch(/^\d+\.\d+/);
  expect(`Linux ${answer.whileDown}`).toBe(answer.kernel.name);
  expect(answer.unreachable).toMatch(/ENETUNREACH|EHOSTUNREACH|no answer/);
});

test("an engine in it is traced, held at its second write, and killed there", () => {
  const { lines, atHold, afterKill, writes, exit, clockOffMs } = answer.engine;
  // The state says where it was held: an emulated processor may be late by a write.
  expect(atHold.length).toBeGreaterThanOrEqual(2);
  expect(atHold.length).toBeLessThan(20);
  expect(writes.length).toBe(atHold.length);
  expect(lines.length).toBeLessThanOrEqual(atHold.length);
  expect(afterKill).toEqual(atHold);
  expect(exit).toMatchObject({ exitCode: 137 });
  expect(clockOffMs).toBeLessThan(5_000);
});

test("nothing of it is left", () => {
  expect(answer.left).toEqual([]);
});
