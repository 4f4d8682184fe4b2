import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeObject, podObject, serviceObject, sliceObject } from "../../harness/audit/testing.ts";
import { inOwnNamespaces } from "../../harness/process/own-namespaces.fixture.ts";

const checkout = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "leakproof-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const annotations = { "kube-vip.io/egress": "true", "kube-vip.io/loadbalancerIPs": "172.31.0.5" };
const objects = join(folder, "objects.json");
writeFileSync(
  objects,
  JSON.stringify({
    kind: "List",
    items: [
      serviceObject({ type: "LoadBalancer" }, { annotations }),
      sliceObject(["10.244.0.6"]),
      nodeObject(),
      podObject("kube-vip", "172.30.1.10", "ghcr.io/kube-vip/kube-vip:v0.8.4"),
    ],
  }),
);

const comment = "-m comment --comment a3ViZS12aXAK=kube-vip-shop";
/** A node as kube-vip v0.8.4 leaves it when the pod 10.244.0.5 was replaced by 10.244.0.6. */
const setUp = `mount -t tmpfs tmpfs /run; ip link set lo up
ip link add br0 type bridge; ip link set br0 up; ip addr add 172.30.1.10/24 dev br0
iptables-legacy -t mangle -N KUBE-VIP-EGRESS
iptables-legacy -t mangle -I PREROUTING ${comment} -j KUBE-VIP-EGRESS
iptables-legacy -t mangle -A KUBE-VIP-EGRESS -d 10.244.0.0/16 ${comment} -j RETURN
for p in 5 6; do
iptables-legacy -t mangle -A KUBE-VIP-EGRESS -s 10.244.0.$p ${comment} -j MARK --set-mark 64/64
iptables-legacy -t nat -I POSTROUTING -s 10.244.0.$p -m mark --mark 64/64 ${comment} -j SNAT --to-source 172.31.0.5
done
mkdir /run/bin; printf '#!/bin/sh\\necho "ipset v7: Kernel error received: Operation not permitted" >&2; exit 1\\n' >/run/bin/ipset; chmod 755 /run/bin/ipset`;

const live = `--host --objects ${objects} --between 100ms`;
/** Each command of the audit, in order, in the same namespace. */
const commands = {
  found: `$AUDIT ${live}`,
  json: `$AUDIT ${live} --format json | tee /run/before.json`,
  explained: `$AUDIT ${live} --explain '-s 10.244.0.6/32 -m mark'`,
  snapshot: `sh scripts/audit/snapshot.sh /run/saved; $AUDIT --snapshot /run/saved --objects ${objects}`,
  baseline: `$AUDIT ${live} --baseline /run/before.json`,
  planned: `$AUDIT ${live} --plan | sed -n '/^# Nothing of this/,$p' >/run/plan.sh; sh -e /run/plan.sh; $AUDIT ${live} --format json | tee /run/after.json`,
  difference: "$AUDIT --diff /run/before.json /run/after.json",
  blind: `PATH=/run/bin:$PATH $AUDIT ${live}`,
  refused: `$AUDIT --host --format xml --netns nobody --objects ${objects}`,
} as const;
type Name = keyof typeof commands;

let outputs: Partial<Record<Name, { readonly output: string; readonly exitCode: number }>> = {};

beforeAll(() => {
  const cut = "=====next command=====";
  const script = [
    setUp,
    ...Object.entries(commands).map(
      ([name, command]) => `printf '${cut}${name}\\n'; (${command}) 2>&1; echo "exit $?"`,
    ),
  ].join("\n");
  const [enter, ...namespaces] = inOwnNamespaces;
  const env = {
    ...process.env,
    PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
    AUDIT: `${process.execPath} scripts/audit.ts`,
  };
  const { stdout, stderr } = spawnSync(enter, [...namespaces, "bash", "-o", "pipefail", "-c", script], {
    encoding: "utf8",
    env,
    cwd: checkout,
  });
  if (!stdout.includes(cut)) throw new Error(stderr);
  outputs = Object.fromEntries(
    stdout
      .split(cut)
      .slice(1)
      .map((part) => {
        const [name = "", ...lines] = part.split("\n");
        const text = lines.join("\n");
        return [
          name,
          { output: text.replace(/exit \d+\n$/, ""), exitCode: Number(/exit (\d+)\n$/.exec(text)?.[1]) },
        ];
      }),
  );
});

const leaked = [
  '[iptables-legacy mangle] -A KUBE-VIP-EGRESS -s 10.244.0.5/32 -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j MARK --set-xmark 0x40/0x40',
  '[iptables-legacy nat] -A POSTROUTING -s 10.244.0.5/32 -m mark --mark 0x40/0x40 -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j SNAT --to-source 172.31.0.5',
];

describe("npm run audit on a real kernel", () => {
  it.each(["found", "snapshot"] as const)("names what was left, with owner and issue: %s", (name) => {
    const { output = "", exitCode } = outputs[name] ?? {};
    expect(exitCode).toBe(1);
    for (const text of leaked) expect(output).toContain(`ORPHAN        kube-vip  node1  ${text}`);
    expect(output).toContain("owner       Service shop/web");
    expect(output).toContain("repaired in v0.8.5 https://github.com/kube-vip/kube-vip/issues/966");
    expect(output).toContain("2 findings.");
  });

  it("explains a rule that is sound", () => {
    expect(outputs.explained?.exitCode).toBe(0);
    expect(outputs.explained?.output).toContain("nothing is wrong with it");
    expect(outputs.explained?.output).toContain("names address 172.31.0.5: Service shop/web");
  });

  it("is clean but for what is known", () => {
    expect(outputs.baseline?.exitCode).toBe(0);
    expect(outputs.baseline?.output).toContain("Clean.");
  });

  it("prints a plan whose commands take away what was left, and no more", () => {
    expect(outputs.planned).toMatchObject({ exitCode: 0 });
    const { findings, nodes } = JSON.parse(outputs.planned?.output ?? "") as {
      findings: unknown[];
      nodes: { engines: { items: unknown }[] }[];
    };
    expect(findings).toEqual([]);
    expect(nodes[0]?.engines[0]?.items).toEqual({ "iptables-legacy": 5 });
    expect(outputs.difference).toMatchObject({ exitCode: 0 });
    expect(outputs.difference?.output).toMatch(/^came: 0\n\nwent: 2\n/);
  });

  it("cannot tell where a tool is refused, and says which", () => {
    expect(outputs.blind?.exitCode).toBe(2);
    expect(outputs.blind?.output).toMatch(/^NOT SEEN {6}\S+: ipset: "ipset save" exited with 1/m);
    expect(outputs.blind?.output).not.toContain("Clean.");
  });

  it("refuses bad arguments before anything, all at once", () => {
    expect(outputs.refused?.exitCode).toBe(64);
    expect(outputs.refused?.output).toContain("--format");
  });
});
