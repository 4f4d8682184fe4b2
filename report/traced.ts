import { eventsOf, type Recording } from "../harness/model/recording.ts";

/**
 * Whether the writes of the engine to the kernel were seen: on every node where it was seen to have
 * programmed something that was expected, at least one write to rules was traced, and at least one in all.
 * A pass that was not traced shows less than it says. Pure.
 */
export function isTraced(recording: Recording): boolean {
  const written = new Set(
    eventsOf(recording, "kernel-write").flatMap(({ node, write, error }) =>
      write === "rules" && error === undefined ? [node] : [],
    ),
  );
  const programmed = eventsOf(recording, "expectation").flatMap(({ node, expectation, matchers, met }) =>
    expectation.present && met && matchers.length > 0 ? [node] : [],
  );
  return written.size > 0 && programmed.every((node) => written.has(node));
}
