import { auditHelp } from "../audit/option-table.ts";
import { compareHelp } from "../compare/outside.ts";
import { completionHelp } from "../completion/help.ts";
import { conformanceHelp } from "../conformance/help.ts";
import { corpusHelp } from "../corpus/options.ts";
import { mergeHelp } from "../merge/outside.ts";
import { powerHelp } from "../power/options.ts";
import { replayHelp } from "../replay/replay-options.ts";
import { sweepHelp } from "../sweep/help.ts";
import { verifyHelp } from "../verify/options.ts";
import type { CommandHelp } from "./command-help.ts";
import { attestHelp, doctorHelp, pageHelp, snapshotHelp } from "./small.ts";

/** The help of every command of the published package. */
export const packagedHelps: readonly CommandHelp[] = [
  conformanceHelp,
  replayHelp,
  verifyHelp,
  mergeHelp,
  compareHelp,
  pageHelp,
  powerHelp,
  corpusHelp,
  doctorHelp,
  auditHelp,
  snapshotHelp,
  sweepHelp,
  attestHelp,
  completionHelp,
];
