import type { ApiMatch, FaultAction, FaultTrigger, PlannedFault } from "../harness/model/fault.ts";

const requests = (match: ApiMatch | undefined): string => {
  const verbs = match?.verbs === undefined ? "" : `${match.verbs.join(", ")} of `;
  return `${verbs}${match?.resource ?? "everything"}`;
};

/** What is done, for people. */
function renderAction(action: FaultAction): string {
  switch (action.kind) {
    case "kill":
      return action.scope === "tree"
        ? "the engine and all that it started are killed"
        : "the engine alone is killed";
    case "terminate":
      return "SIGTERM";
    case "pause":
      return `the engine is stopped for ${action.forMs} ms`;
    case "restart-loop":
      return `the engine is killed and started ${action.times} times`;
    case "hold":
      return "whoever writes is held";
    case "hurry":
      return `nobody waits for the engine, but for ${action.gapMs} ms`;
    case "api-latency":
      return `requests take ${action.delayMs} ms more: ${requests(action.match)}`;
    case "api-status":
      return `requests are answered ${action.status}: ${requests(action.match)}`;
    case "api-watch-cut":
      return `watches are cut: ${requests(action.match)}`;
    case "api-watch-gone":
      return `watches are answered 410 Gone: ${requests(action.match)}`;
    case "api-stale":
      return `events of watches are held back: ${requests(action.match)}`;
    case "api-down":
      return "the API is gone";
    case "api-server-restart":
      return "the API server is killed";
    case "xtables-lock":
      return "somebody holds the xtables lock";
    case "call-fails":
      return `the first ${action.times} calls of ${action.call ?? "sendmsg"} after a new start fail with ${action.error}`;
    case "tool-fails":
      return `${action.tool} fails with exit code ${action.exitCode}, ${action.times} times`;
    case "set-in-use":
      return "a rule of somebody else refers to a set of the engine";
    case "link-down":
      return "the node's link goes down";
    case "foreign-deletion":
      return `somebody deletes a ${action.of} of the engine`;
    case "node-reboot":
      return "the node is rebooted";
    case "pod-deleted":
      return `the engine's pod is deleted with ${action.graceSeconds} s of grace`;
    case "daemon-set-rolled":
      return "the engine's DaemonSet is rolled to another revision";
    case "kubelet-stopped":
      return "kubelet is stopped, and the engine's container dies";
    case "image-missing":
      return "the engine's image is gone from the node, and its pod is deleted";
    case "node-restarted":
      return "the container that is the node is restarted";
  }
}

/** Where in the step; for a kernel write, what was written last and by whom. */
function renderTrigger(trigger: FaultTrigger): string {
  switch (trigger.at) {
    case "step-begin":
      return "before its operations";
    case "operations-sent":
      return "right after its operations";
    case "elapsed":
      return `${trigger.ms} ms after its operations`;
    case "settled":
      return "when it has settled";
    case "kernel-write": {
      const { index, what, argv, occurrence } = trigger.point;
      if (index === 0) return "before the first write to the kernel";
      const by = argv.length === 0 ? "a process that is gone" : argv.join(" ");
      const again = occurrence === 1 ? "" : `, for the ${occurrence}. time`;
      return `after kernel write ${index}: ${what}${again}, by ${by}`;
    }
    case "nth-write":
      return `after the ${trigger.nth}. write to the kernel from then`;
    case "api-write": {
      const { method, path, answer, occurrence } = trigger.point;
      const when = {
        before: "before",
        withheld: "when the API server has done, with the answer withheld,",
        given: "after",
      }[answer];
      return `${when} ${method} ${path}${occurrence === 1 ? "" : `, for the ${occurrence}. time`}`;
    }
  }
}

/** One fault of a plan as a sentence: what, where, when. */
export function renderFault({ action, step, node, trigger, heal }: PlannedFault): string {
  const where = node === "all" ? "on all nodes" : `on node ${node}`;
  const healed = heal === "next-step" ? "; healed in the next step, after its operations" : "";
  return `${renderAction(action)} ${where} in step "${step}", ${renderTrigger(trigger)}${healed}`;
}
