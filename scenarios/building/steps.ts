import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Expectation, Intent, NodeRef, Operation, Settings } from "../../harness/model/scenario.ts";

export function apply(object: FeatureObject): Operation {
  return { op: "apply", object };
}

export function remove(object: FeatureObject): Operation {
  return { op: "delete", name: object.name };
}

/** SIGKILL of the engine and all it started. */
export function kill(node: NodeRef): Operation {
  return { op: "engine", action: "kill", node: node.name };
}

/** SIGTERM, and the wait for the exit. */
export function terminate(node: NodeRef): Operation {
  return { op: "engine", action: "terminate", node: node.name };
}

export function start(node: NodeRef): Operation {
  return { op: "engine", action: "start", node: node.name };
}

/** A start with other settings than those that the scenario began with. */
export function startWith(node: NodeRef, settings: Settings): Operation {
  return { op: "engine", action: "start", node: node.name, settings };
}

/** Somebody takes all that is the engine's away, whether it runs or not. */
export function cleanByHand(node: NodeRef): Operation {
  return { op: "clean-by-hand", node: node.name };
}

/** From the version that runs, over those on the way, to the one under test. */
export function upgrade(node: NodeRef): Operation {
  return { op: "upgrade", node: node.name };
}

/** To the version after the one that runs, which may be the one under test. */
export function upgradeOnce(node: NodeRef): Operation {
  return { op: "upgrade", node: node.name, to: "next" };
}

/** Back to the version before the one that runs. */
export function downgrade(node: NodeRef): Operation {
  return { op: "downgrade", node: node.name };
}

/** SIGTERM, and the vendor's own clean-up. */
export function uninstall(node: NodeRef): Operation {
  return { op: "uninstall", node: node.name };
}

export function reboot(node: NodeRef): Operation {
  return { op: "reboot", node: node.name };
}

export function present(...intents: readonly Intent[]): readonly Expectation[] {
  return intents.map((intent) => ({ intent, present: true }));
}

export function absent(...intents: readonly Intent[]): readonly Expectation[] {
  return intents.map((intent) => ({ intent, present: false }));
}
