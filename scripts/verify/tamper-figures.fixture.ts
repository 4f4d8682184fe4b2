import { without } from "../../report/verify/data.ts";
import { entry, type Tampering } from "./tamper-run.fixture.ts";

/** The same, to figures: of single attempts, and their sums in the report. */
export const figureTamperings: readonly Tampering[] = [
  {
    check: "figures",
    what: "an API server that always answered at once",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({
        ...told,
        availability: (told.availability ?? []).map((way) => ({ ...way, answers: { 1: way.looks } })),
      }));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "more packets to bystanders than there were",
    async tamper(forger) {
      await entry(forger, forger.core, ({ bystanders, ...told }) => ({
        ...told,
        ...(bystanders === undefined ? {} : { bystanders: { ...bystanders, packets: 1_000 } }),
      }));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "a feature that the engine did not show",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({ ...told, featuresShown: ["egress", "route-table"] }));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "oracles that saw more than was planted",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({
        ...told,
        sensitivity: (told.sensitivity ?? []).map((row) => ({ ...row, planted: 9, caught: 9 })),
      }));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "an attempt that does not tell what the oracles see",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => without(told, "sensitivity"));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "a pass although the harness left something behind",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({
        ...told,
        residue: { checks: 1, left: ["a namespace"] },
      }));
      await forger.seal();
    },
  },
  {
    check: "sums",
    what: "answers that are quicker than those of the attempts",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        availability: (report.availability ?? []).map((way) => ({ ...way, p99Ms: 1 })),
      })),
  },
  {
    check: "sums",
    what: "features that no attempt showed",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        engines: report.engines.map((engine) => ({ ...engine, inferred: ["egress", "fip-nat"] })),
      })),
  },
  {
    check: "sums",
    what: "a report that does not tell what the harness left",
    tamper: (forger) => forger.report((report) => without(report, "residue")),
  },
  {
    check: "detection-power",
    what: "faults that were planted into more recordings than there are",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        oracleSensitivity: (report.oracleSensitivity ?? []).map((one) => ({ ...one, recordings: 99 })),
      })),
  },
];
