import type { CommandHelp } from "../help/command-help.ts";

export const sweepHelp: CommandHelp = {
  name: "sweep",
  usage: "[options]",
  about: `Removes what killed runs, tests and set-ups left on this machine: scratch directories and half made entries of the cache
that no process uses, clusters of kind whose run is gone. Namespaces, processes and rules are not among them: the
kernel takes those along with a run.`,
  options: [
    { name: "dry-run", help: "Print what would be removed, and remove nothing." },
    {
      name: "idle",
      value: "TIME",
      help: "What was written to within this time is taken for alive: 10m, 2h. Default: 1h.",
    },
    {
      name: "runs",
      value: "N|SIZE",
      help: "Keep the newest runs, so many or so much (20, 10G), and remove older ones. Default: all are kept.",
    },
    { name: "out", value: "DIR", help: "Where the runs are. Default: out." },
    {
      name: "kubeconfig",
      value: "FILE",
      help: "Also the namespaces that killed runs left in that cluster (docs/existing.md).",
    },
    { name: "context", value: "NAME", help: "A context of that file. Default: its current one." },
  ],
  examples: [
    ["--dry-run", "What was left, with its size."],
    ["--runs 20", "The same taken away, and all runs below out/ but the newest twenty."],
  ],
  exitCodes: { 0: "nothing is left", 2: "something could not be removed", 64: "bad arguments" },
};
