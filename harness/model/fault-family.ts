/** Groups of faults that a run may be asked for, each with what it tries at every place that it is about. */
export const faultFamilies = {
  kill: "SIGKILL of the engine and all it started, before the first write of a step and after each",
  orphan: "SIGKILL of the engine alone at each write: what it started goes on",
  terminate: "SIGTERM at each write",
  twice: "SIGKILL at each write, and once more in the recovery from it",
  pause: "with several nodes: SIGSTOP at each write, longer than a lease, while the next step happens",
  race: "the next step's operations between two writes of the engine",
  hurry:
    "the next step's operations right after each step's, and some ms later, without waiting for the engine",
  restart: "restarts in a loop, and all engines killed at once, in each step",
  "api-kill": "SIGKILL at each write to the API: before it, with its answer withheld, with its answer given",
  api: "latency, 409, 429, 500, 403, watches cut, gone and held back, the API gone, the API server restarted, in each step",
  kernel:
    "the xtables lock held, tools and calls that fail, sets in use, the link down, foreign deletion and a reboot, in each step",
  kubelet:
    "on clusters of kind: the engine's pod deleted at each write, with and without grace; in each step its DaemonSet rolled, kubelet stopped, its image missing, the node restarted",
} as const satisfies Readonly<Record<string, string>>;

export type FaultFamily = keyof typeof faultFamilies;

export const familyNames: readonly FaultFamily[] = Object.keys(faultFamilies) as FaultFamily[];
