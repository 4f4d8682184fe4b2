import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inOwnNamespaces } from "../process/own-namespaces.fixture.ts";
import { startProcess } from "../process/start.ts";
import type { TracedWrite } from "./index-writes.ts";
import { openTrace } from "./tracer.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-trace-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function traceScript(
  script: string,
): Promise<{ readonly writes: readonly TracedWrite[]; readonly log: string }> {
  const writes: TracedWrite[] = [];
  await using trace = await openTrace({
    path: join(folder, "trace"),
    onWrite: (write) => writes.push(write),
  });
  const env = {
    PATH: `/usr/sbin:/sbin:${process.env["PATH"] ?? ""}`,
    XTABLES_LOCKFILE: join(folder, "lock"),
  };
  await using child = await startProcess([...inOwnNamespaces, ...trace.argv, "sh", "-ec", script], {
    env: { ...process.env, ...env } as Record<string, string>,
  });
  const { exitCode } = await child.exited;
  await trace.ended;
  expect({ exitCode, log: child.tail(5) }).toMatchObject({ exitCode: 0 });
  return { writes, log: child.log() };
}

it("sees every write of every tool, in order, with its program, and no question", {
  timeout: 60_000,
}, async () => {
  const { writes: all } = await traceScript(`
ip link set lo up
iptables-legacy -t nat -A POSTROUTING -s 192.0.2.7 -j ACCEPT
iptables-nft -t nat -A POSTROUTING -s 192.0.2.7 -j ACCEPT
iptables-nft -t nat -S >/dev/null
nft list ruleset >/dev/null
ipset create probe hash:ip
ipset add probe 192.0.2.7
ipset list >/dev/null
ip route add 192.0.2.7 dev lo
ip route show table all >/dev/null
conntrack -F 2>/dev/null
echo 0 > /proc/sys/net/ipv4/ip_forward`);
  // How many messages `ip link set` takes depends on its version.
  const writes = all.filter(({ what }) => what !== "RTM_NEWLINK");
  expect(all.length).toBeGreaterThan(writes.length);
  expect(writes.map(({ argv, what, kind }) => `${argv[0] ?? ""}: ${what} ${kind}`)).toEqual([
    "iptables-legacy: IPT_SO_SET_REPLACE nat rules",
    "iptables-nft: NFT_MSG_NEWTABLE NFT_MSG_NEWCHAIN NFT_MSG_NEWRULE rules",
    "ipset: IPSET_CMD_CREATE rules",
    "ipset: IPSET_CMD_ADD rules",
    "ip: RTM_NEWROUTE rules",
    "conntrack: IPCTNL_MSG_CT_DELETE rules",
    "sh: /proc/sys/net/ipv4/ip_forward sysctl",
  ]);
  expect(writes.map(({ epochMs }) => epochMs)).toEqual(
    writes.map(({ epochMs }) => epochMs).toSorted((a, b) => a - b),
  );
});

it("loses none of 1,000 writes of eight writers at once", { timeout: 60_000 }, async () => {
  const { writes, log } = await traceScript(`
ip link set lo up
for writer in 1 2 3 4 5 6 7 8; do
  seq 1 125 | sed "s|.*|route add 10.$writer.0.& dev lo table 77|" | ip -batch - &
done
wait
ip route show table 77 | wc -l`);
  const routes = writes.filter(({ what }) => what === "RTM_NEWROUTE");
  expect(routes.length).toBe(1_000);
  expect(new Set(routes.map(({ pid }) => pid)).size).toBe(8);
  expect(log.trim()).toBe("1000");
});

it("closes no descriptor of anybody else when traces end", async () => {
  const lost: number[] = [];
  for (let round = 0; round < 8; round++) {
    const path = join(folder, `descriptors-${round}`);
    const gate = { policy: "none", onHeld: () => undefined } as const;
    const trace = await openTrace({ path, onWrite: () => undefined, gate });
    closeSync(openSync(path, "w"));
    // One of them gets the number that the reader's descriptor had.
    const own: number[] = [];
    const open = setInterval(() => own.push(openSync("/dev/null", "r")), 0);
    await trace.ended;
    await trace[Symbol.asyncDispose]();
    clearInterval(open);
    for (const fd of own) {
      try {
        closeSync(fd);
      } catch {
        lost.push(fd);
      }
    }
  }
  expect(lost).toEqual([]);
}, 60_000);
