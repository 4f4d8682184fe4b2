// Run as an engine. It tries everything that an engine must not be able to do, prints what came of it, and
// then kills its own process group, which must not be anybody else's.
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, type NetConnectOpts } from "node:net";
import { type HostileTargets, reportMark } from "./protocol.fixture.ts";

const targets = JSON.parse(process.argv[2] ?? "") as HostileTargets;
const tries: Record<string, string> = {};
const timeoutMs = 1_000;

/** Notes what `attempt` came to; it returns what it got, or throws. */
async function attempt(name: string, act: () => unknown): Promise<void> {
  try {
    tries[name] = `LEAK: ${String(await act()).slice(0, 200)}`;
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    tries[name] = `denied: ${text.split("\n").join(" ").slice(0, 200)}`;
  }
}

function tool(program: string, ...args: string[]): string {
  execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 5_000 });
  return `${program} ${args.join(" ")} worked`;
}

function connect(options: NetConnectOpts): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(options, () => {
      socket.destroy();
      resolve("connected");
    });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error("no answer")));
    socket.once("error", reject);
  });
}

function address(text: string): NetConnectOpts {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/[[\]]/g, ""), port: Number(text.slice(colon + 1)) };
}

/** Sockets and secrets and processes: nothing is changed. */
async function look(): Promise<void> {
  for (const path of targets.secrets) {
    await attempt(`read ${path}`, () => {
      // A hidden file may be there, and empty.
      if (readFileSync(path, "utf8") === "") throw new Error("empty");
      return "read";
    });
  }
  for (const each of targets.addresses) await attempt(`connect ${each}`, () => connect(address(each)));
  for (const path of targets.sockets)
    await attempt(`connect ${path}`, () => connect({ path: path.replace(/^@/, "\0") }));
  await attempt("see processes", () => {
    const others = readdirSync("/proc").filter(
      (name) => /^\d+$/.test(name) && name !== "1" && Number(name) !== process.pid,
    );
    if (others.length === 0) throw new Error("only its own");
    return others.map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim()).join(" ");
  });
}

async function write(): Promise<void> {
  for (const directory of targets.directories) {
    const path = `${directory}/${targets.fileName}`;
    await attempt(`write ${directory}`, () => writeFileSync(path, "hostile"));
  }
  await attempt("change its own program", () => closeSync(openSync(process.argv[1] ?? "", "r+")));
  for (const path of [
    "kernel/core_pattern",
    "kernel/hostname",
    "kernel/panic",
    "vm/swappiness",
    "fs/file-max",
    "user/max_user_namespaces",
  ]) {
    // The value that is there already: where it works, nothing has changed.
    await attempt(`write /proc/sys/${path}`, () =>
      writeFileSync(`/proc/sys/${path}`, readFileSync(`/proc/sys/${path}`)),
    );
  }
  await attempt("sysrq", () => writeFileSync("/proc/sysrq-trigger", "h"));
  await attempt("read the kernel's memory", () => closeSync(openSync("/proc/kcore", "r")));
  await attempt("protect itself from the memory killer", () =>
    writeFileSync("/proc/self/oom_score_adj", "-1000"),
  );
}

async function regain(): Promise<void> {
  await attempt("mount", () => tool("mount", "-t", "tmpfs", "tmpfs", "/mnt"));
  await attempt("mount again, writable", () => tool("mount", "-o", "remount,rw,bind", "/usr"));
  await attempt("uncover", () => tool("umount", "-l", "/run"));
  for (const kind of ["--mount", "--net", "--pid", "--uts", "--user"])
    await attempt(`unshare ${kind}`, () => tool("unshare", kind, "true"));
  await attempt("unshare as root of its own", () =>
    tool("unshare", "--user", "--map-root-user", "--mount", "umount", "-l", "/run"),
  );
  for (const kind of ["--net", "--mount", "--pid"])
    await attempt(`nsenter ${kind}`, () => tool("nsenter", "--target", "1", kind, "true"));
  await attempt("make a disk", () => tool("mknod", "disk", "b", "8", "0"));
  await attempt("chroot", () => tool("chroot", "/", "true"));
  await attempt("become another user", () => tool("setpriv", "--reuid=1", "--clear-groups", "true"));
  await attempt("gain by its first process", () => {
    closeSync(openSync("/proc/1/mem", "r+"));
    const permitted = /^CapPrm:\s*(\S+)/m.exec(readFileSync("/proc/1/status", "utf8"))?.[1] ?? "";
    if (/^0+$/.test(permitted)) throw new Error("it has no capabilities itself");
    return permitted;
  });
  await attempt("set the clock", () => tool("date", "-s", "now"));
  await attempt("files of others left open", () => {
    // Pipes and polls are Node's own; what it would inherit of us are files and sockets.
    const found = readdirSync("/proc/self/fd")
      .filter((fd) => Number(fd) > 2)
      .flatMap((fd) => {
        try {
          return [`${fd} -> ${readlinkSync(`/proc/self/fd/${fd}`)}`];
        } catch {
          return []; // The descriptor of this very listing is closed again.
        }
      })
      .filter((line) => /-> (?:socket:|\/(?!proc\/|dev\/null$))/.test(line));
    if (found.length === 0) throw new Error("none");
    return found.join(", ");
  });
  await attempt("capabilities", () => {
    const status = readFileSync("/proc/self/status", "utf8");
    const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "?";
    // DAC_OVERRIDE, NET_BIND_SERVICE, NET_ADMIN, NET_RAW.
    const expected = "0000000000003402";
    const found = ["CapPrm", "CapEff", "NoNewPrivs"].map(field).join(" ");
    // The bounding set does not matter where no program can give new privileges.
    if (found === `${expected} ${expected} 1`) throw new Error("no more than its own");
    return found;
  });
}

/** What it may do, and must be able to: an engine that can do nothing at all would be denied everything, too. */
function own(): Readonly<Record<string, unknown>> {
  const home = process.env["HOME"] ?? "";
  writeFileSync(`${home}/scratch`, "mine");
  tool("iptables-nft", "-w", "-t", "nat", "-A", "POSTROUTING", "-s", "10.244.0.9", "-j", "ACCEPT");
  tool("iptables-legacy", "-w", "-t", "mangle", "-A", "PREROUTING", "-s", "10.244.0.9", "-j", "ACCEPT");
  tool("ip", "route", "add", "192.0.2.7", "dev", "lo", "table", "77");
  writeFileSync("/proc/sys/net/ipv4/conf/all/arp_ignore", "1");
  writeFileSync("/tmp/own", "own");
  rmSync("/tmp/own");
  return {
    scratch: readFileSync(`${home}/scratch`, "utf8"),
    environment: Object.keys(process.env).toSorted(),
  };
}

await look();
if (targets.lookOnly) {
  process.stdout.write(`${reportMark}${JSON.stringify({ tries })}\n`);
} else {
  await write();
  await regain();
  await attempt("kill everybody", () => {
    process.kill(-1, "SIGKILL");
    throw new Error("only its own were there to be killed");
  });
  const works = own();
  process.stdout.write(`${reportMark}${JSON.stringify({ tries, works })}\n`, () =>
    process.kill(0, "SIGKILL"),
  );
}
