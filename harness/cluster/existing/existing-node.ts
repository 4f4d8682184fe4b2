import type { NodeRef } from "../../model/scenario.ts";
import type { StateItem } from "../../model/state.ts";
import type { ClusterNode } from "../../node/node.ts";
import { readDump, renderDumpScript } from "../../state/dump.ts";
import { createDumpMemory } from "../../state/dump-memory.ts";
import { hidesNothing, legacyTablesScript, unaskedOfOthers } from "../../state/partial-sight.ts";
import { lacks } from "./lacks.ts";
import type { OwnItems } from "./own-items.ts";

/** Runs a shell script on a node, as somebody who may look; rejects with {HarnessError} where that cannot be done. */
export type AskNode = (script: string) => Promise<string>;

/** A dump that meets a write can fail: that often it is taken again. */
const tries = 3;

/**
 * Gives what the dump tools say of a node each time.
 *
 * @returns rejects with {HarnessError} `state/*` where one could not tell, three times in a row
 */
function createLooks(ask: AskNode): () => Promise<readonly StateItem[]> {
  const memory = createDumpMemory();
  let legacyTables: string | undefined;
  return async () => {
    legacyTables ??= await ask(legacyTablesScript);
    for (let left = tries - 1; ; left--) {
      const dump = readDump(await ask(renderDumpScript(unaskedOfOthers)), unaskedOfOthers, memory);
      const problem = dump.problems.find(({ name }) => !hidesNothing(name, legacyTables));
      if (problem === undefined) return dump.items;
      if (left <= 0) throw problem.error;
    }
  };
}

async function refuse(what: string): Promise<never> {
  throw lacks(what);
}

/**
 * A node that is somebody else's: it can be looked at, and nothing else. What a scenario gives to pods by the way is
 * left out, since none of its packets is sent; everything that would change the node is refused.
 *
 * @param own - what of its state is the attempt's
 */
export function createExistingNode(
  { ref, kernel }: { readonly ref: NodeRef; readonly kernel: string },
  ask: AskNode,
  own: OwnItems,
): ClusterNode {
  const look = createLooks(ask);
  const nothing = async (): Promise<void> => undefined;
  const noOrder = (): Promise<never> => refuse("an order to the engine's tools");
  const unsent = (): Promise<never> => refuse("a packet of the harness");
  return {
    ref,
    kernel: { name: kernel, kind: "host" },
    isRegistered: true,
    holdsApi: true,
    snapshot: async () => own.of(ref.name, await look()),
    addPod: nothing,
    answer: nothing,
    stopProbes: nothing,
    exec: () => refuse("a command on a node"),
    writeEngineFiles: () => refuse("a start of the engine"),
    startEngine: () => refuse("a start of the engine"),
    holdXtablesLock: () => refuse("the lock of xtables"),
    tools: { give: noOrder, withdraw: noOrder, bites: noOrder },
    openSurroundings: () => refuse("a gateway"),
    openGateway: () => refuse("a gateway"),
    execInGateway: () => refuse("a gateway"),
    relay: () => refuse("a port of a node"),
    sendFromPod: unsent,
    connect: unsent,
    connectFromPod: unsent,
    startProbes: unsent,
    [Symbol.asyncDispose]: nothing,
  };
}
