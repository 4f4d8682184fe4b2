import type { StruckPoint } from "./api-points.ts";
import { type ApiRequest, parseApiRequest } from "./api-request.ts";
import type { Admission, RuleSet } from "./api-rules.ts";
import type { EngineSide } from "./api-side.ts";

/** One request of an engine that changed, or tried to change, something at the API. */
export interface ApiWrite {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** 0 where no answer came. */
  readonly status: number;
  /** The API server was not asked: a rule of ours answered, or left it without an answer. */
  readonly injected?: true;
}

/** Whom an API proxy tells of what passes. */
export interface ApiObserver {
  readonly onRequest: (request: { readonly method: string; readonly path: string }) => void;
  /** Once for each write, at its answer or when it is certain that none comes. */
  readonly onWrite: (write: ApiWrite) => void;
}

/** One request on its way through the proxy. */
export interface Exchange {
  readonly request: ApiRequest;
  readonly point?: StruckPoint;
  /** Tells the observer of a write; the first call counts. */
  readonly note: (status: number, injected?: true) => void;
}

/** Where a request enters: the observer hears of it, and points that wait for it count it. */
export function beginExchange(method: string, path: string, rules: RuleSet, observer: ApiObserver): Exchange {
  const request = parseApiRequest(method, path);
  observer.onRequest({ method, path });
  let isNoted = !request.isWrite;
  const point = rules.arrive(request);
  return {
    request,
    ...(point === undefined ? {} : { point }),
    note(status, injected) {
      if (isNoted) return;
      isNoted = true;
      observer.onWrite({ method, path, status, ...(injected === undefined ? {} : { injected }) });
    },
  };
}

/**
 * What becomes of the request, once whoever holds or delays it lets it go.
 *
 * @returns undefined where the engine is gone by then, or is to be taken for gone: nothing may reach the API server
 */
export async function admitExchange(
  { request, point, note }: Exchange,
  side: EngineSide,
  rules: RuleSet,
): Promise<Admission | undefined> {
  let isDropped = false;
  if (point?.answer === "before") {
    point.reach(`${request.method} ${request.pathname} held before it reached the API server`);
    isDropped = (await Promise.race([point.letGo, side.closed])) === "drop";
  }
  const gone = side.closed.then(() => undefined);
  const admission = isDropped ? undefined : await Promise.race([rules.admit(request), gone]);
  if (admission !== undefined && !side.isClosed()) return admission;
  note(0, true);
  if (isDropped) side.reset();
  return undefined;
}

/** Holds an answer that the API server has given and the engine never gets. */
export async function withholdAnswer(
  { request, point }: Exchange,
  status: number,
  side: EngineSide,
): Promise<void> {
  point?.reach(`${request.method} ${request.pathname} answered ${status} by the API server, and withheld`);
  await Promise.race([point?.letGo, side.closed]);
  side.reset();
}

/** Says that the engine has its answer. */
export function confirmGiven({ request, point }: Exchange, status: number): void {
  if (point?.answer === "given") point.reach(`${request.method} ${request.pathname} answered ${status}`);
}
