import type { Readable } from "node:stream";
import type { ApiRequest } from "./api-request.ts";
import type { EngineSide } from "./api-side.ts";
import { renderGoneEvent, watchEncoding } from "./api-status.ts";

/** A watch that an engine has open. */
export interface OpenWatch {
  readonly request: ApiRequest;
  /** What it shares with other requests on the same connection. */
  readonly connection: string;
  /** Still in the list that it begins with. */
  isListing(): boolean;
  /** The connection is gone, with everything on it. */
  hangUp(): void;
  /** This watch alone is gone; the same where the connection carries nothing else (HTTP/1.1). */
  reset(): void;
  /** Ends it with an ERROR event of code 410. */
  expire(): void;
  /** Passes on what was held back, in order. */
  release(): void;
}

/** What decides about the events of watches. */
export interface WatchRules {
  opened(watch: OpenWatch): void;
  closed(watch: OpenWatch): void;
  withholds(watch: OpenWatch, event: Buffer): boolean;
  isSilent(): boolean;
}

/** In the bookmark that ends the list a watch begins with, in every encoding. */
const endOfList = "k8s.io/initial-events-end";

/** Cuts a stream into whole events, each with what encloses it; what is not whole yet is kept. */
export function createEventSplitter(contentType: string | undefined): (chunk: Buffer) => readonly Buffer[] {
  const encoding = watchEncoding(contentType);
  if (encoding === undefined) return (chunk) => [chunk];
  let rest = Buffer.alloc(0);
  const nextEnd = (): number => {
    if (encoding === "json") return rest.indexOf(10) + 1;
    const end = rest.length < 4 ? 0 : 4 + rest.readUInt32BE();
    return end > rest.length ? 0 : end;
  };
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const events: Buffer[] = [];
    for (let end = nextEnd(); end > 0; end = nextEnd()) {
      events.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return events;
  };
}

/** Whether an event only says how far the server has come. */
export function isBookmark(event: Buffer): boolean {
  return event.subarray(0, 32).includes("BOOKMARK");
}

/** Passes a watch on event by event, so that it can be stopped between two of them. */
export function relayWatch(options: {
  readonly request: ApiRequest;
  readonly contentType: string | undefined;
  readonly response: Readable;
  readonly side: EngineSide;
  readonly rules: WatchRules;
}): void {
  const { request, contentType, response, side, rules } = options;
  const split = createEventSplitter(contentType);
  const held: Buffer[] = [];
  let isListing = request.listsFirst;
  let hasEnded = false;
  let isOver = false;
  const watch: OpenWatch = {
    request,
    connection: side.connection,
    isListing: () => isListing,
    hangUp: () => side.hangUp(),
    reset: () => side.reset(),
    expire() {
      isOver = true;
      const encoding = watchEncoding(contentType);
      if (encoding === undefined) side.reset();
      else side.end(renderGoneEvent(encoding));
    },
    release() {
      for (const event of held.splice(0)) side.write(event, response);
      if (hasEnded) side.end();
    },
  };
  response.on("data", (chunk: Buffer) => {
    for (const event of split(chunk)) {
      if (isOver) return;
      if (rules.withholds(watch, event)) held.push(event);
      else side.write(event, response);
      if (isListing && event.includes(endOfList)) isListing = false;
    }
  });
  response.on("end", () => {
    hasEnded = true;
    if (held.length === 0 && !isOver && !rules.isSilent()) side.end();
  });
  response.on("error", () => {
    if (!isOver && !rules.isSilent()) side.reset();
  });
  void side.closed.then(() => rules.closed(watch));
  rules.opened(watch);
}
