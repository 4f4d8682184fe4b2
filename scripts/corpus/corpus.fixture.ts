import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const entry = resolve(import.meta.dirname, "../corpus.ts");

/** Runs the command. */
export async function corpus(
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, CI: "true" };
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code]: unknown[] = await once(child, "close");
  return { code, stdout, stderr };
}

interface Known {
  readonly id: string;
  readonly mutant?: string;
  readonly scenario: string;
  readonly finding: object;
  readonly expected: "fail" | "pass";
  readonly crash?: object;
}

/** A file of known issues of the reference engine. */
export async function writeFileOf(path: string, known: readonly Known[]): Promise<void> {
  const issues = known.map(({ id, mutant, ...plan }) => ({
    id,
    title: "something that a mutant gets wrong",
    links: [],
    plans: [{ ...plan, ...(mutant === undefined ? {} : { options: { mutant } }), ran: false }],
  }));
  await writeFile(path, JSON.stringify({ schemaVersion: 2, engine: "reference", issues }));
}

export const bystander = {
  id: "flushes",
  scenario: "egress-service-deleted",
  finding: { oracle: "bystander" },
} as const;
/** Seen at one crash point only. */
export const twice = {
  id: "twice",
  scenario: "egress-endpoint-moves-same-node",
  finding: { oracle: "duplicates" },
  crash: { step: "endpoint-moved", write: "NFT_MSG_NEWRULE iptables-nft-restore", heal: "same-step" },
} as const;
