import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import type { RecordedEvent } from "../../harness/model/recording.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { snapshotDigest } from "../../harness/state/diff.ts";
import { attestationFile } from "../../report/attestation.ts";
import { describeAttempt } from "../../report/attempt-entry.ts";
import { readRecording } from "../../report/recording-files.ts";
import { parseReport } from "../../report/read-report.ts";
import { signingWithKey, signReport } from "../../report/sign-report.ts";
import type { Forger } from "./forge.fixture.ts";
import { entry, type Tampering } from "./tamper-run.fixture.ts";

/** Adds a line to what the engine said. */
async function sayMore(forger: Forger, line: string): Promise<void> {
  const folder = `attempts/${forger.core}`;
  const name = (await readdir(join(forger.directory, folder))).find((file) => file.endsWith(".log")) ?? "";
  await forger.text(`${folder}/${name}`, (text) => `${text}${line}\n`);
}

/** Changes the events of an attempt's recording. */
async function events(
  forger: Forger,
  id: string,
  change: (events: RecordedEvent[]) => readonly RecordedEvent[],
): Promise<void> {
  await forger.text(`attempts/${id}/recording.jsonl`, (text) => {
    const [head = "", ...lines] = text.trimEnd().split("\n");
    const changed = change(lines.map((line) => JSON.parse(line) as RecordedEvent));
    return [head, ...changed.map((event) => JSON.stringify(event)), ""].join("\n");
  });
}

/** Tells of an attempt what its recording says now, but for the verdict. */
async function retell(forger: Forger, id: string): Promise<void> {
  const recording = await readRecording(join(forger.directory, "attempts", id));
  const planned = forger.run.attempts.find((one) => one.id === id);
  if (planned === undefined) throw new Error(`the fixture has no ${id}`);
  await entry(forger, id, ({ verdict, startedAt = "", durationMs, residue }) => {
    const left = residue === undefined ? {} : { residue };
    const result = { plan: recording.plan, recording, engineLogs: {}, ...left, startedAt, durationMs };
    return { ...describeAttempt(forger.run, planned, { ...result, verdict: { kind: "pass" } }), verdict };
  });
}

/** The same, to what single attempts left and to what is told of them. */
export const attemptTamperings: readonly Tampering[] = [
  {
    check: "evidence",
    what: "an attempt without its directory",
    tamper: (forger) => rm(join(forger.directory, "attempts", forger.core), { recursive: true }),
  },
  {
    check: "evidence",
    what: "a directory of an attempt that nobody planned",
    tamper: (forger) =>
      rename(
        join(forger.directory, "attempts", forger.core),
        join(forger.directory, "attempts", `${forger.core}.r2`),
      ),
  },
  {
    check: "digests",
    what: "an engine's log with a line more",
    tamper: (forger) => sayMore(forger, "all is well"),
  },
  {
    check: "snapshots",
    what: "a snapshot that is written in another way",
    async tamper(forger) {
      const folder = join(forger.directory, "attempts", forger.core, "snapshots");
      const name = (await readdir(folder)).find((file) => file.endsWith(".json")) ?? "";
      const text = await readFile(join(folder, name), "utf8");
      await writeFile(join(folder, name), JSON.stringify(JSON.parse(text), null, 1));
      await forger.seal();
    },
  },
  {
    check: "snapshots",
    what: "a snapshot that no event names",
    async tamper(forger) {
      const name = `${snapshotDigest([])}.json`;
      await writeFile(join(forger.directory, "attempts", forger.core, "snapshots", name), "[]\n");
      await forger.seal();
    },
  },
  {
    check: "recordings",
    what: "events in another order",
    async tamper(forger) {
      await events(forger, forger.core, (all) => {
        const at = all.findIndex(({ kind }) => kind === "quiet");
        return all.map((event, place) => (place === at ? { ...event, atMs: 1 } : event));
      });
      await forger.seal();
    },
  },
  {
    check: "declared",
    what: "an attempt in which the engine may keep everything",
    async tamper(forger) {
      await events(forger, forger.core, (all) =>
        all.map((event) => {
          if (event.kind !== "begin") return event;
          const { keeps } = event.engineProfile;
          const more = { title: "all routes", kinds: ["route"], reason: "default/kubernetes" } as const;
          return { ...event, engineProfile: { ...event.engineProfile, keeps: [...keeps, more] } };
        }),
      );
      await retell(forger, forger.core);
      await forger.seal();
    },
  },
  {
    check: "verdicts",
    what: "a pass over a recording that shows a leak",
    async tamper(forger) {
      const folder = join(forger.directory, "attempts", forger.core, "snapshots");
      const leaked: StateItem = {
        family: "iptables-nft",
        table: "mangle",
        chain: "PREROUTING",
        kind: "rule",
        text: "-A PREROUTING -s 10.244.9.9/32 -j MARK --set-xmark 0x40/0x40",
        tokens: [{ kind: "addresses", family: 4, first: "10.244.9.9", last: "10.244.9.9" }],
      };
      let [old, now] = ["", ""];
      await events(forger, forger.core, (all) => {
        const last = all.findLast((event) => event.kind === "snapshot" && event.moment === "emptied");
        if (last?.kind === "snapshot") old = last.digest;
        return all;
      });
      const items = JSON.parse(await readFile(join(folder, `${old}.json`), "utf8")) as StateItem[];
      const changed = [...items, leaked];
      now = snapshotDigest(changed);
      await writeFile(join(folder, `${now}.json`), `${JSON.stringify(changed)}\n`);
      await events(forger, forger.core, (all) =>
        all.map((event) =>
          event.kind === "snapshot" && event.digest === old ? { ...event, digest: now } : event,
        ),
      );
      await rm(join(folder, `${old}.json`));
      await retell(forger, forger.core);
      await forger.seal();
    },
  },
  {
    check: "verdicts",
    what: "a failure that the recording does not show",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({
        ...told,
        verdict: {
          kind: "fail",
          findings: [{ oracle: "residue", level: "core", why: "it leaked", step: "<empty>" }],
        },
      }));
      await forger.seal();
    },
  },
  {
    check: "figures",
    what: "a half-life that is too good",
    async tamper(forger) {
      await entry(forger, forger.core, (told) => ({
        ...told,
        halfLives: (told.halfLives ?? []).map((one) => ({ ...one, ms: 1 })),
      }));
      await forger.seal();
    },
  },
  {
    check: "results",
    what: "a report that was edited by hand",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        results: report.results.map((one) => (one.id === forger.core ? { ...one, durationMs: 1 } : one)),
      })),
  },
  {
    check: "conclusion",
    what: "a reason that nothing leads to",
    tamper: (forger) => forger.report((report) => ({ ...report, reasons: ["It is a fine engine."] })),
  },
  {
    check: "conclusion",
    what: "more passes than there are",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        statistics: { ...report.statistics, core: { ...report.statistics.core, pass: 30 } },
      })),
  },
  {
    check: "sums",
    what: "crash points that nobody tried",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        engines: report.engines.map((engine) =>
          engine.crashPoints === undefined
            ? engine
            : { ...engine, crashPoints: { ...engine.crashPoints, passed: 240, fired: 240 } },
        ),
      })),
  },
  {
    check: "detection-power",
    what: "mutants that were never run",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        detectionPower: { mutants: [], ablation: [], silent: { attempts: 300, findings: 0, observed: 0 } },
      })),
  },
  {
    check: "waivers",
    what: "a waiver that is used by nothing",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        waivers: {
          path: "waivers.yaml",
          list: [
            {
              scenario: "*",
              issue: "https://example.org/1",
              until: "2099-01-01",
              state: "used",
              findings: 3,
            },
          ],
        },
      })),
  },
  {
    check: "projections",
    what: "a JUnit file that tells something else",
    tamper: (forger) => forger.text("junit.xml", (text) => text.replace('failures="0"', 'failures="1"')),
  },
  {
    check: "attestation",
    what: "a statement about another report",
    async tamper({ directory, run }) {
      const { privateKey } = generateKeyPairSync("ed25519", {
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
      });
      const report = parseReport(await readFile(join(directory, "conformance-report.yaml"), "utf8"));
      if (typeof report === "string") throw new Error(report);
      const { id } = run.run;
      const signed = await signReport(report, `another than ${id}`, signingWithKey(privateKey));
      await writeFile(join(directory, attestationFile), signed);
    },
  },
  {
    check: "secrets",
    what: "a token in an engine's log",
    async tamper(forger) {
      await sayMore(forger, "Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789");
      await forger.seal();
    },
  },
];
