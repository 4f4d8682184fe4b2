import type { ApiWritePoint } from "../model/fault.ts";
import type { ApiRequest } from "./api-request.ts";

/** A write of the engine that is waited for, and held where its point says so. */
export interface HeldWrite {
  /** Resolves with what was seen when the write is at its point; undefined where it was let go before. Never rejects. */
  readonly reached: Promise<string | undefined>;
  /**
   * Lets it go on: `before` is sent to the API server, as if it were late; `withheld` ends as a broken
   * connection; `given` is waited for no more. Idempotent.
   */
  release(): void;
  /** Lets go of it as if it had never been sent, even where the end of a killed engine is not seen here yet. Idempotent. */
  drop(): void;
}

/** The request that a point was waiting for. */
export interface StruckPoint {
  readonly answer: ApiWritePoint["answer"];
  reach(seen: string): void;
  /** Resolves when the harness lets go of it. */
  readonly letGo: Promise<"release" | "drop">;
}

interface WritePoints {
  readonly arm: (point: ApiWritePoint) => HeldWrite;
  /** Counts a request for every point that waits; gives the one that waited for this very request. */
  readonly arrive: (request: ApiRequest) => StruckPoint | undefined;
}

interface ArmedPoint {
  readonly point: ApiWritePoint;
  seen: number;
  readonly struck: StruckPoint;
}

/** Points of one engine. Occurrences are counted from when a point is armed. */
export function createWritePoints(): WritePoints {
  const armed = new Set<ArmedPoint>();
  return {
    arm(point) {
      const reached = Promise.withResolvers<string | undefined>();
      const letGo = Promise.withResolvers<"release" | "drop">();
      const struck: StruckPoint = { answer: point.answer, reach: reached.resolve, letGo: letGo.promise };
      const entry: ArmedPoint = { point, seen: 0, struck };
      armed.add(entry);
      const end = (how: "release" | "drop"): void => {
        armed.delete(entry);
        letGo.resolve(how);
        reached.resolve(undefined);
      };
      return { reached: reached.promise, release: () => end("release"), drop: () => end("drop") };
    },
    arrive({ method, pathname }) {
      let struck: StruckPoint | undefined;
      for (const entry of armed) {
        if (entry.point.method !== method || entry.point.path !== pathname) continue;
        entry.seen += 1;
        if (entry.seen !== entry.point.occurrence) continue;
        armed.delete(entry);
        struck ??= entry.struck;
      }
      return struck;
    },
  };
}
