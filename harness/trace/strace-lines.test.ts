import { describe, expect, it } from "vitest";
import { createLineReader, type TraceEntry } from "./strace-lines.ts";

function readAll(...lines: readonly string[]): readonly TraceEntry[] {
  const read = createLineReader();
  return lines.flatMap((line) => read(line) ?? []);
}

describe("createLineReader", () => {
  it("reads the words of a program's start, quotes and escapes included", () => {
    const line = String.raw`12    1795330704.667311 execve("/usr/sbin/iptables", ["iptables", "-m", "a \"b\", c", "tab\there"], 0x55 /* 35 vars */) = 0`;
    expect(readAll(line)).toEqual([
      {
        kind: "exec",
        pid: 12,
        epochMs: 1795330704667.311,
        argv: ["iptables", "-m", 'a "b", c', "tab\there"],
      },
    ]);
  });

  it("leaves a start that failed out", () => {
    const line = `12 1.5 execve("/sbin/ip", ["ip"], 0x55 /* 1 var */) = -1 ENOENT (No such file or directory)`;
    expect(readAll(line)).toEqual([]);
  });

  it("gives the error of a call", () => {
    const [entry] = readAll(
      `7 2.000 sendto(3<NETLINK:[ROUTE:7]>, [{}], 20, 0, NULL, 0) = -1 ENOBUFS (No buffer space available)`,
    );
    expect(entry).toMatchObject({ kind: "call", name: "sendto", error: "ENOBUFS", isUnfinished: false });
  });

  it("reads a call that was answered by injection", () => {
    const [entry] = readAll(
      `7 2.000 io_uring_setup(64, {flags=0}) = -1 ENOSYS (Function not implemented) (INJECTED)`,
    );
    expect(entry).toMatchObject({ name: "io_uring_setup", error: "ENOSYS" });
  });

  it("counts an interrupted call at its end, once, at the time of its beginning", () => {
    const entries = readAll(
      `7 1.000 sendmsg(3<NETLINK:[ROUTE:7]>, {msg_iov=[{nlmsg_type=RTM_NEWROUTE}]}, 0 <unfinished ...>`,
      `8 1.001 sendmsg(4<NETLINK:[ROUTE:8]>, {msg_iov=[{nlmsg_type=RTM_DELROUTE}]}, 0) = 44`,
      `7 1.002 <... sendmsg resumed>)      = 44`,
    );
    expect(entries.map((entry) => entry.pid)).toEqual([8, 7]);
    expect(entries[1]).toMatchObject({ name: "sendmsg", epochMs: 1000, isUnfinished: false });
    expect(entries[1]).toHaveProperty("args", expect.stringContaining("RTM_NEWROUTE"));
  });

  it("says so where the thread was killed inside of the call", () => {
    const entries = readAll(
      `7 1.000 sendto(3<NETLINK:[ROUTE:7]>, [{nlmsg_type=RTM_NEWROUTE}], 44 <unfinished ...>`,
      `7 1.001 +++ killed by SIGKILL +++`,
      `8 1.002 sendto(3<NETLINK:[ROUTE:8]>, [{nlmsg_type=RTM_NEWROUTE}], 44, 0, NULL, 0) = ?`,
      `8 1.003 +++ exited with 0 +++`,
    );
    expect(entries).toMatchObject([
      { kind: "call", pid: 7, isUnfinished: true },
      { kind: "call", pid: 8, isUnfinished: true },
      { kind: "end", pid: 8 },
    ]);
  });

  it("passes over what is no line of a trace", () => {
    expect(readAll("", "strace: something", "7 1.0 --- SIGCHLD {si_signo=SIGCHLD} ---")).toEqual([]);
  });
});
