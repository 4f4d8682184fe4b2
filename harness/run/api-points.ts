import type { ApiWritePoint } from "../model/fault.ts";
import type { RecordedEvent, Recording } from "../model/recording.ts";

/** A write of an engine to the API, as a place to strike. */
export interface RecordedApiWrite {
  /** Index of the node. */
  readonly node: number;
  readonly point: Omit<ApiWritePoint, "answer">;
}

/** What the engines wrote to the API in a step, in order; leases are left out: they are renewed at any time. Pure. */
export function apiWritesOf({ events }: Recording, step: string): readonly RecordedApiWrite[] {
  const isEdge = (state: "begin" | "end") => (event: RecordedEvent) =>
    event.kind === "step" && event.step === step && event.state === state;
  const begin = events.find((event) => event.kind === "begin");
  const times = new Map<string, number>();
  return events
    .slice(events.findIndex(isEdge("begin")), events.findLastIndex(isEdge("end")))
    .flatMap((event) => {
      if (event.kind !== "engine-write" || event.path.includes("/leases")) return [];
      const node = begin?.nodes.findIndex(({ name }) => name === event.node) ?? 0;
      const [path = ""] = event.path.split("?");
      const key = `${node} ${event.method} ${path}`;
      const occurrence = (times.get(key) ?? 0) + 1;
      times.set(key, occurrence);
      return [{ node, point: { method: event.method, path, occurrence } }];
    });
}
