import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";

/** Appends to the file that a workflow names by this variable; elsewhere the text is printed. */
async function append(variable: "GITHUB_OUTPUT" | "GITHUB_STEP_SUMMARY", text: string): Promise<void> {
  const file = process.env[variable];
  if (file === undefined || file === "") process.stdout.write(text);
  else await appendFile(file, text);
}

/** Sets an output of the step; by hand it is printed as `name=value`. */
export async function setOutput(name: string, value: string): Promise<void> {
  if (!value.includes("\n")) return append("GITHUB_OUTPUT", `${name}=${value}\n`);
  const end = randomUUID();
  await append("GITHUB_OUTPUT", `${name}<<${end}\n${value}\n${end}\n`);
}

/** Adds Markdown to the summary of the job; by hand it is printed. */
export async function addSummary(markdown: string): Promise<void> {
  await append("GITHUB_STEP_SUMMARY", `${markdown}\n`);
}
