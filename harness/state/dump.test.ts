import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DumpName, dumpCommands } from "./dump-commands.ts";
import { parseDump, renderDumpScript } from "./dump.ts";

const mark = "eb6a9d78-8abc-4d3f-bb49-10ee3d790477";
const iptablesEmpty = "";
const nftEmpty = '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}\n';
const clean: Readonly<Record<DumpName, string>> = {
  "iptables-legacy": iptablesEmpty,
  "ip6tables-legacy": iptablesEmpty,
  "iptables-nft": iptablesEmpty,
  "ip6tables-nft": iptablesEmpty,
  nftables: nftEmpty,
  ipset: "",
  "ipvs-table": "IP Virtual Server version 1.2.1 (size=4096)\n",
  ipvs: "",
  links: "[]\n",
  "routes-4": "[]\n",
  "routes-6": "[]\n",
  "rules-4": "[]\n",
  "rules-6": "[]\n",
  neighbours: "[]\n",
  proxies: "[]\n",
  conntrack: "",
  sysctls: "/proc/sys/net/ipv4/ip_forward:0\n",
};

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

function dump(
  answers: Partial<Readonly<Record<DumpName, Answer>>> = {},
  absent: readonly DumpName[] = [],
): string {
  const sections = dumpCommands.map(({ name }) => {
    if (absent.includes(name)) return `\n${mark} absent ${name}\n`;
    const { stdout = clean[name], stderr = "", exitCode = 0 } = answers[name] ?? {};
    return `\n${mark} begin ${name}\n${stdout}\n${mark} stderr\n${stderr}\n${mark} exit ${exitCode}\n`;
  });
  return `leakproof-dump 1 ${mark}\n${sections.join("")}\n${mark} end\n`;
}

const errorOf = (output: string): string => {
  try {
    return `read as ${parseDump(output).length} items`;
  } catch (error) {
    return String(error);
  }
};

describe("parseDump", () => {
  const state = parseDump(dump());

  it("reads a clean dump", () => {
    expect(state.map((item) => item.text)).toEqual(["net/ipv4/ip_forward = 0"]);
  });

  it.each(dumpCommands.map(({ name }) => name))("never reads a failed %s as empty", (name) => {
    expect(errorOf(dump({ [name]: { exitCode: 1, stderr: "Operation not permitted" } }))).toMatch(
      /state\/tool-failed.*exited with 1.*Operation not permitted/,
    );
    expect(errorOf(dump({ [name]: { stderr: "something odd" } }))).toMatch(
      /state\/tool-failed.*something odd/,
    );
    expect(errorOf(dump({ [name]: { stdout: "Segmentation fault\n" } }))).toMatch(/state\/unreadable/);
  });

  it.each(dumpCommands.map(({ name }) => name))("misses a section that is not there: %s", (name) => {
    const without = dump().replace(new RegExp(`\\n${mark} begin ${name}\\n[^]*?exit 0\\n`), "");
    expect(errorOf(without)).toMatch(new RegExp(`state/unreadable.*no section ${name}`));
    const isOptional = dumpCommands.some(
      (command) => command.name === name && command.onlyIfExists !== undefined,
    );
    expect(errorOf(dump({}, [name]))).toMatch(isOptional ? /read as/ : /state\/unreadable/);
  });

  it("knows the harmless texts of each tool, and of that tool alone", () => {
    const legacy = "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them";
    const count = "conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.";
    const managed = "# Warning: table ip nat is managed by iptables-nft, do not touch!";
    const noJson = "warning: stmt ops chain have no json callback";
    const known = dump({
      "iptables-nft": { stderr: legacy },
      conntrack: { stderr: count },
      nftables: { stderr: `${managed}\n${noJson}` },
    });
    expect(parseDump(known)).toEqual(state);
    expect(errorOf(dump({ ipset: { stderr: legacy } }))).toMatch(/state\/tool-failed/);
    expect(errorOf(dump({ nftables: { stderr: count } }))).toMatch(/state\/tool-failed/);
    expect(errorOf(dump({ conntrack: { stderr: `${count}\nDump interrupted` } }))).toMatch(
      /state\/tool-failed/,
    );
  });

  it.each([
    ["nothing", ""],
    ["another text", "sh: not found\n"],
    ["a dump that was cut", dump().slice(0, -10)],
    ["a dump cut inside of a section", `${dump().slice(0, 400)}\n${mark} end\n`],
    ["a dump without its first section's end", dump().replace(`${mark} exit 0\n`, "")],
  ])("rejects %s", (_, output) => {
    expect(errorOf(output)).toMatch(/state\/unreadable/);
  });

  it("is not taken in by a comment that looks like the end of a section", () => {
    const comment = '-A INPUT -m comment --comment "\nffffffff-0000-4000-8000-000000000000 end\n" -j DROP';
    const saved = `*filter\n:INPUT ACCEPT [0:0]\n${comment}\nCOMMIT\n`;
    expect(
      parseDump(dump({ "iptables-legacy": { stdout: saved } })).some((item) => item.text === comment),
    ).toBe(true);
  });

  it("replaces rules that iptables-nft-save prints wrongly by what nft says", () => {
    const saved = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i br0 -j DROP\n-A INPUT -j DROP\nCOMMIT\n";
    const rules = [
      {
        family: "ip",
        table: "filter",
        chain: "INPUT",
        expr: [{ xt: { type: "match", name: "set" } }, { drop: null }],
      },
      {
        family: "ip",
        table: "filter",
        chain: "INPUT",
        expr: [
          { match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: "@s" } },
          { drop: null },
        ],
      },
    ];
    const json = (list: readonly unknown[]): string =>
      JSON.stringify({ nftables: [{ metainfo: {} }, ...list.map((rule) => ({ rule }))] });
    const texts = (list: readonly unknown[]): readonly string[] =>
      parseDump(dump({ "iptables-nft": { stdout: saved }, nftables: { stdout: json(list) } }))
        .filter((item) => item.kind === "rule")
        .map((item) => item.text);
    expect(texts(rules)).toEqual(["-A INPUT -i br0 -j DROP", "add rule INPUT ip saddr @s drop"]);
    // The chain changed between the two tools: better twice than not at all.
    expect(texts(rules.slice(1))).toEqual([
      "-A INPUT -i br0 -j DROP",
      "-A INPUT -j DROP",
      "add rule INPUT ip saddr @s drop",
    ]);
  });

  it("reads a table that iptables-nft-save refuses by nft, and fails where nft cannot", () => {
    const refused = { stdout: "# Table `nat' is incompatible, use 'nft' tool.\n" };
    const json = (expr: unknown): Answer => ({
      stdout: JSON.stringify({
        nftables: [
          { metainfo: {} },
          { rule: { family: "ip", table: "nat", chain: "PREROUTING", expr: [expr] } },
        ],
      }),
    });
    const native = dump({ "iptables-nft": refused, nftables: json({ dnat: { addr: "10.244.0.9" } }) });
    expect(parseDump(native).map((item) => item.text)).toContain("add rule PREROUTING dnat to 10.244.0.9");
    const opaque = dump({
      "iptables-nft": refused,
      nftables: json({ xt: { type: "target", name: "DNAT" } }),
    });
    expect(errorOf(opaque)).toMatch(/state\/tool-failed.*table ip nat/);
  });
});

describe("renderDumpScript", () => {
  const sound = {
    ip: "echo '[]'",
    nft: `printf '%s' '${nftEmpty.trim()}'`,
    ipset: ":",
    conntrack: "echo 'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.' >&2",
    "iptables-legacy-save": ":",
    "ip6tables-legacy-save": ":",
    "iptables-nft-save": ":",
    "ip6tables-nft-save": ":",
  };
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "leakproof-dump-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Scripts stand in place of the tools, so that the script itself is under test. */
  const run = async (tools: Partial<typeof sound> = {}): Promise<string> => {
    for (const [name, body] of Object.entries({ ...sound, ...tools }))
      await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const { stdout, stderr, status } = spawnSync("sh", ["-c", renderDumpScript()], {
      encoding: "utf8",
      env,
      maxBuffer: 2 ** 26,
    });
    expect([stderr, status]).toEqual(["", 0]);
    return stdout;
  };

  it("prints what parseDump reads", async () => {
    const families = new Set(parseDump(await run()).map(({ family }) => family));
    expect([...families].filter((family) => family !== "ipvs")).toEqual(["sysctl"]);
  });

  it("reports a tool that fails, and goes on with the others", async () => {
    const output = await run({ ipset: "echo 'Kernel error received' >&2; exit 1" });
    expect(errorOf(output)).toMatch(/state\/tool-failed.*"ipset save" exited with 1.*Kernel error received/);
    expect(output).toMatch(/begin conntrack/);
  });

  it("reports a tool that is missing", async () => {
    const output = await run({ ipset: "exec lp-no-such-tool" });
    expect(errorOf(output)).toMatch(/state\/tool-failed.*exited with 127/);
  });

  it.each([
    ["1.4.7", ["--version", "-L -o extended"]],
    ["1.5.0", ["--version", "-L -o extended"]],
    ["1.4.6", ["--version", "-L -f ipv4 -o extended", "-L -f ipv6 -o extended"]],
    ["1.0.1", ["--version", "-L -f ipv4 -o extended", "-L -f ipv6 -o extended"]],
  ])("lists the flows of both families by conntrack %s", async (version, asked) => {
    const own = `echo "$*" >>"$(dirname "$0")/asked"; [ "$1" != --version ] || echo 'conntrack v${version} (conntrack-tools)'`;
    await run({ conntrack: own });
    expect((await readFile(join(folder, "asked"), "utf8")).trimEnd().split("\n")).toEqual(asked);
  });

  it("keeps the two outputs apart, without a line break at the end, and with megabytes of both", async () => {
    const nft = `printf '%s' '${nftEmpty.trim().slice(0, -2)}'; i=0; while [ $i -lt 20000 ]; do printf ',{"x":{"family":"ip","name":"n%s","table":"t"}}' $i; i=$((i+1)); done; printf ']}'; echo 'warning: stmt ops chain have no json callback' >&2`;
    expect(parseDump(await run({ nft })).filter((item) => item.family === "nftables")).toHaveLength(20_000);
  });
});
