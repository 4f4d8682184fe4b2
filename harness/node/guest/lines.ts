import type { Readable } from "node:stream";

/**
 * Hands on each line of a stream, whole, as the value that it is the JSON of.
 *
 * @param onValue - called in order
 */
export function readJsonLines(input: Readable, onValue: (value: unknown) => void): void {
  let parts: string[] = [];
  input.setEncoding("utf8").on("data", (chunk: string) => {
    const [first = "", ...others] = chunk.split("\n");
    parts.push(first);
    for (const next of others) {
      const line = parts.join("");
      parts = [next];
      if (line !== "") onValue(JSON.parse(line));
    }
  });
}

/** The other way. */
export function renderJsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
