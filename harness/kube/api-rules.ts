import type { ApiMatch, ApiWritePoint } from "../model/fault.ts";
import { createWritePoints, type HeldWrite, type StruckPoint } from "./api-points.ts";
import { type ApiRequest, matchesRequest } from "./api-request.ts";
import type { StatusCode } from "./api-status.ts";
import { isBookmark, type OpenWatch, type WatchRules } from "./api-watch.ts";

/** What is done to the requests of one engine; to all of them where nothing is matched. */
export type ApiRule =
  /** Requests wait before they are passed on; when the rule goes, those that wait go on at once. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly match?: ApiMatch }
  /** Answered in the API server's place; `times` requests, or all. */
  | {
      readonly kind: "status";
      readonly status: StatusCode;
      readonly retryAfterS?: number;
      readonly times?: number;
      readonly match?: ApiMatch;
    }
  /**
   * Watches that are open lose their connection, once; where none is open, the first that opens. A connection with other
   * watches on it stays, and only the stream is reset.
   */
  | { readonly kind: "watch-cut"; readonly match?: ApiMatch }
  /**
   * Watches that are open end with an ERROR event 410 Expired, as the API server does it. Once for each collection, so does
   * the next watch that goes on from a version without a list after it; a list, or a watch that lists first, is new.
   */
  | { readonly kind: "watch-gone"; readonly match?: ApiMatch }
  /** Events of watches are held back, those after the list where a watch begins with one; passed on in order when the rule goes. */
  | { readonly kind: "stale"; readonly match?: ApiMatch }
  /**
   * A black hole: no request is passed on or answered, no event and no answer passes, new connections get no byte. When
   * the rule goes all connections end. Connections that are open still answer pings of HTTP/2.
   */
  | { readonly kind: "down" };

/** A rule in force. */
export interface InjectedRule {
  /** What it bit so far, in order: `PUT /api/v1/...`. */
  hits(): readonly string[];
  /** Resolves with what showed it when it first bit: `1 request answered 409: PUT /api/v1/...`. Never rejects. */
  readonly bitten: Promise<string>;
  /** Takes it out of force. Idempotent. */
  remove(): void;
}

/** What can be done to one engine's way to the API. */
export interface ApiFaults {
  inject(rule: ApiRule): InjectedRule;
  /** Waits for a write of the engine, counted from now, and holds it there. */
  holdAt(point: ApiWritePoint): HeldWrite;
}

/** What becomes of a request. */
export type Admission =
  | { readonly kind: "pass" }
  | { readonly kind: "status"; readonly status: StatusCode; readonly retryAfterS?: number }
  | { readonly kind: "expired" }
  | { readonly kind: "silence" };

/** The rules of one proxy: what the harness does to them, and what the proxy asks them. */
export interface RuleSet extends WatchRules {
  readonly faults: ApiFaults;
  arrive(request: ApiRequest): StruckPoint | undefined;
  admit(request: ApiRequest): Promise<Admission>;
  /** A new connection; true where it is to hang. */
  holdsConnection(): boolean;
}

interface ActiveRule {
  admit?(request: ApiRequest): Admission | Promise<undefined> | undefined;
  opened?(watch: OpenWatch): void;
  withholds?(watch: OpenWatch, event: Buffer): boolean;
  holdsConnection?(): boolean;
  removed?(): void;
}

interface Making<Kind extends ApiRule["kind"]> {
  readonly rule: Extract<ApiRule, { kind: Kind }>;
  readonly watches: ReadonlySet<OpenWatch>;
  readonly hangUpAll: () => void;
  readonly tell: (hit: string) => void;
}

const nameOf = ({ verb, method, pathname }: ApiRequest): string =>
  verb === "watch" ? `watch of ${pathname}` : `${method} ${pathname}`;

function makeDelay({ rule, tell }: Making<"delay">): ActiveRule {
  const waiting = new Set<() => void>();
  return {
    admit(request) {
      if (!matchesRequest(rule.match, request)) return undefined;
      tell(nameOf(request));
      return new Promise((resolve) => {
        const goOn = (): void => {
          clearTimeout(timer);
          waiting.delete(goOn);
          resolve(undefined);
        };
        const timer = setTimeout(goOn, rule.delayMs);
        waiting.add(goOn);
      });
    },
    removed() {
      for (const goOn of waiting) goOn();
    },
  };
}

function makeStatus({ rule, tell }: Making<"status">): ActiveRule {
  let left = rule.times ?? Number.POSITIVE_INFINITY;
  return {
    admit(request) {
      if (left <= 0 || !matchesRequest(rule.match, request)) return undefined;
      left -= 1;
      tell(nameOf(request));
      const { status, retryAfterS } = rule;
      return { kind: "status", status, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
    },
  };
}

function makeCut({ rule, watches, tell }: Making<"watch-cut">): ActiveRule {
  let isDone = false;
  const isMeant = (watch: OpenWatch): boolean => matchesRequest(rule.match, watch.request);
  const cut = (): void => {
    if (isDone) return;
    const all = [...watches];
    for (const watch of all.filter(isMeant)) {
      isDone = true;
      tell(nameOf(watch.request));
      const isShared = all.some((other) => other.connection === watch.connection && !isMeant(other));
      if (isShared) watch.reset();
      else watch.hangUp();
    }
  };
  cut();
  return { opened: cut };
}

function makeGone({ rule, watches, tell }: Making<"watch-gone">): ActiveRule {
  /** Collections whose next watch is as good as any. */
  const done = new Set<string>();
  for (const watch of watches) {
    if (!matchesRequest(rule.match, watch.request)) continue;
    tell(nameOf(watch.request));
    watch.expire();
  }
  return {
    admit(request) {
      if (request.verb === "list" || request.listsFirst) done.add(request.collection);
      if (!request.continues || done.has(request.collection)) return undefined;
      if (!matchesRequest(rule.match, request)) return undefined;
      done.add(request.collection);
      tell(nameOf(request));
      return { kind: "expired" };
    },
  };
}

function makeStale({ rule, watches, tell }: Making<"stale">): ActiveRule {
  return {
    withholds(watch, event) {
      if (watch.isListing() || !matchesRequest(rule.match, watch.request)) return false;
      if (!isBookmark(event)) tell(nameOf(watch.request));
      return true;
    },
    removed() {
      for (const watch of watches) if (matchesRequest(rule.match, watch.request)) watch.release();
    },
  };
}

function makeDown({ hangUpAll, tell }: Making<"down">): ActiveRule {
  return {
    admit(request) {
      tell(nameOf(request));
      return { kind: "silence" };
    },
    withholds(watch) {
      tell(`event of a ${nameOf(watch.request)}`);
      return true;
    },
    holdsConnection() {
      tell("new connection");
      return true;
    },
    removed: hangUpAll,
  };
}

/** What was done to what was hit, for people. */
function whatHappened(rule: ApiRule): string {
  switch (rule.kind) {
    case "delay":
      return `delayed by ${rule.delayMs} ms`;
    case "status":
      return `answered ${rule.status}`;
    case "watch-cut":
      return "cut";
    case "watch-gone":
      return "ended with 410 Expired";
    case "stale":
      return "held back";
    case "down":
      return "left without an answer";
  }
}

function make(rule: ApiRule, parts: Pick<Making<never>, "watches" | "hangUpAll" | "tell">): ActiveRule {
  switch (rule.kind) {
    case "delay":
      return makeDelay({ ...parts, rule });
    case "status":
      return makeStatus({ ...parts, rule });
    case "watch-cut":
      return makeCut({ ...parts, rule });
    case "watch-gone":
      return makeGone({ ...parts, rule });
    case "stale":
      return makeStale({ ...parts, rule });
    case "down":
      return makeDown({ ...parts, rule });
  }
}

/**
 * The rules of one engine's proxy; none at first.
 *
 * @param hangUpAll - ends every connection of the engine
 */
export function createRuleSet(hangUpAll: () => void): RuleSet {
  const active = new Set<ActiveRule>();
  const watches = new Set<OpenWatch>();
  const points = createWritePoints();
  const inject = (rule: ApiRule): InjectedRule => {
    const hits: string[] = [];
    const first = Promise.withResolvers<void>();
    const tell = (hit: string): void => {
      hits.push(hit);
      first.resolve();
    };
    const made = make(rule, { watches, hangUpAll, tell });
    active.add(made);
    return {
      hits: () => hits,
      bitten: first.promise.then(
        () => `${hits.length} ${whatHappened(rule)}: ${[...new Set(hits)].slice(0, 3).join(", ")}`,
      ),
      remove() {
        if (active.delete(made)) made.removed?.();
      },
    };
  };
  return {
    faults: { inject, holdAt: points.arm },
    arrive: points.arrive,
    async admit(request) {
      for (const rule of active) {
        const admission = await rule.admit?.(request);
        if (admission) return admission;
      }
      return { kind: "pass" };
    },
    opened(watch) {
      watches.add(watch);
      for (const rule of active) rule.opened?.(watch);
    },
    closed: (watch) => void watches.delete(watch),
    // Every rule is asked: each keeps its own account.
    withholds: (watch, event) =>
      [...active].filter((rule) => rule.withholds?.(watch, event) === true).length > 0,
    isSilent: () => [...active].some((rule) => rule.holdsConnection !== undefined),
    holdsConnection: () => [...active].some((rule) => rule.holdsConnection?.() === true),
  };
}
