import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KnownReport } from "../../report/schema.ts";
import { renderVerification } from "../../report/verify/render.ts";
import type { Spec } from "../../report/verify/spec.ts";
import { verifyRun } from "../../report/verify/verify.ts";

const layout =
  /^(?<spec>[a-z0-9-]+-\d+\.\d+\.\d+)\/(?<engine>[a-z0-9][a-z0-9-]*)\/(?<version>v?\d[A-Za-z0-9._+-]*)$/;

/** Words of the template that must have been replaced. */
const placeholders = [
  "VENDOR",
  "ENGINE VERSION",
  "https://example.org",
  "PROFILE-VERSION",
  "--seed SEED",
  "NAME@VERSION",
];

function readmeProblems(text: string | undefined): readonly string[] {
  if (text === undefined) return ["README.md is missing. Fix: copy reports/TEMPLATE.md, and fill it in."];
  const left = placeholders.filter((word) => text.includes(word));
  const reproduce = /^## Reproduce\n(?<body>(?:(?!^## )[^])*)/m.exec(text)?.groups?.["body"] ?? "";
  return [
    ...(/npm run conformance -- |npx leakproof conformance /.test(reproduce)
      ? []
      : [
          'README.md has no section "Reproduce" with the command. Fix: write the command that was run there.',
        ]),
    ...(left.length === 0
      ? []
      : [`README.md still has ${left.join(", ")} of the template. Fix: fill it in.`]),
  ];
}

/** Whether the folder is called what the report says. */
function nameProblems(folder: string, { profile, engines, interrupted }: KnownReport): readonly string[] {
  const { spec, engine = "", version } = layout.exec(folder)?.groups ?? {};
  const due = `${profile.name}-${profile.version}`;
  const names = [...new Set(engines.map(({ name }) => name))];
  const versions = [...new Set(engines.map((one) => one.version))];
  const [name = "", ...others] = names;
  return [
    ...(spec === due ? [] : [`it lies under ${spec}, and the report is of ${due}. Fix: move it.`]),
    ...(others.length === 0
      ? []
      : [`the report is of ${names.join(", ")}. Fix: hand in one engine a report.`]),
    ...(engine.endsWith(`-${name}`) && engine.length > name.length + 1
      ? []
      : [`${engine} must be VENDOR-${name}, as the report calls the engine. Fix: rename it.`]),
    ...(versions.length === 1 && (versions[0] === version || versions[0] === undefined)
      ? []
      : [
          `the folder says version ${version}, the report ${versions.join(", ")}. Fix: --engine NAME@VERSION gives it.`,
        ]),
    ...(interrupted ? ["the run was interrupted. Fix: --resume ends it."] : []),
  ];
}

/**
 * Everything that keeps a folder below reports/ from being taken in; whether its report is conformant is none of it.
 *
 * @param reports - the directory reports/ of a checkout
 * @param folder - in it: `route-table-1.1.0/acme-router/v2.1.0`
 * @returns sentences; none where it is fine
 */
export async function folderProblems(
  reports: string,
  folder: string,
  spec: Spec,
): Promise<readonly string[]> {
  if (!layout.test(folder))
    return [
      `${folder} is no PROFILE-VERSION/VENDOR-ENGINE/VERSION with a release as its version. Fix: see reports/README.md.`,
    ];
  const directory = join(reports, folder);
  const readme = await readFile(join(directory, "README.md"), "utf8").catch(() => undefined);
  const verification = await verifyRun({ directory, spec, isPartial: false });
  const failed = verification.results.filter(({ state }) => state === "failed");
  const { report } = verification;
  return [
    ...readmeProblems(readme),
    ...(report === undefined ? [] : nameProblems(folder, report)),
    ...(report !== undefined && report.schemaVersion < 3
      ? [
          `the report is of schema version ${report.schemaVersion}, which has not all of the figures. Fix: run it again with this version of the suite.`,
        ]
      : []),
    ...(failed.length === 0
      ? []
      : [`npm run verify fails:\n${renderVerification({ ...verification, results: failed })}`]),
  ];
}
