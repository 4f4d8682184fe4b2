import type { AttemptData, PageData } from "../model/page-data.ts";

async function inflate(id: string): Promise<unknown> {
  const element = document.getElementById(id);
  if (element === null) return undefined;
  const bytes = Uint8Array.from(atob(element.textContent ?? ""), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** What the page shows but the time machines. The same program wrote it that this one was built with. */
export async function loadPage(): Promise<PageData> {
  return (await inflate("report")) as PageData;
}

/** Whether the time machine of an attempt is on the page. */
export function hasMachine(attempt: number): boolean {
  return document.getElementById(`attempt-${attempt}`) !== null;
}

const loaded = new Map<number, Promise<AttemptData | undefined>>();

/** The time machine of an attempt; undefined where it is not on the page. */
export function loadMachine(attempt: number): Promise<AttemptData | undefined> {
  const known = loaded.get(attempt) ?? (inflate(`attempt-${attempt}`) as Promise<AttemptData | undefined>);
  loaded.set(attempt, known);
  return known;
}
