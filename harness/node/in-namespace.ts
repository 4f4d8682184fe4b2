/** In front of a command: it runs in the network namespace `/run/netns/<name>`, and the kernel kills it when this process dies. */
export function inNamespace(name: string): readonly [string, ...string[]] {
  return ["setpriv", "--pdeathsig", "KILL", "--", "nsenter", `--net=/run/netns/${name}`, "--"];
}
