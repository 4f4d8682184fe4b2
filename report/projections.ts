import { renderJunit } from "./junit.ts";
import type { KnownReport } from "./schema.ts";

/** The files that are made from a report and from nothing else: name -> content. Pure. */
export function projectionsOf(report: KnownReport): Readonly<Record<string, string>> {
  return { "junit.xml": renderJunit(report) };
}
