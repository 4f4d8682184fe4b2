/**
 * What the sections of a node's last dump were read as. Most of them are the same in the next one, and are not read again: the
 * items are then the same objects, for which much else is known already.
 */
export interface DumpMemory {
  /** What `read` gave for these inputs the last time, else what it gives now; whatever throws is not remembered. */
  recall<T>(name: string, inputs: readonly unknown[], read: () => T): T;
}

/** For dumps of one node, one after the other. */
export function createDumpMemory(): DumpMemory {
  const last = new Map<string, { readonly inputs: readonly unknown[]; readonly result: unknown }>();
  return {
    recall<T>(name: string, inputs: readonly unknown[], read: () => T): T {
      const known = last.get(name);
      if (known !== undefined && inputs.every((input, index) => input === known.inputs[index]))
        // Each name is read by one reader.
        return known.result as T;
      const result = read();
      last.set(name, { inputs, result });
      return result;
    },
  };
}
