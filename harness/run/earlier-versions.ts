import type { EngineSelection } from "../model/engine.ts";

/** The engine as it was on the node before, oldest first: each a selection of its own, with the same variant and options. */
export function earlierSelections({ from = [], ...selection }: EngineSelection): readonly EngineSelection[] {
  return from.map((version) => ({ ...selection, version }));
}

/** The version under test alone, whatever was there before. */
export function selectionUnderTest(selection: EngineSelection): EngineSelection {
  const { from: _, ...tested } = selection;
  return tested;
}
