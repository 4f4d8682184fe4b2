/** Where the reader is: the report, one of its findings, or the time machine of an attempt; all of it is in the address. */
export interface Route {
  readonly view: "report" | "finding" | "attempt";
  /** Number of the finding's card, or id of the attempt. */
  readonly id?: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Reads the part of an address behind `#`; what is none of ours is the report. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?");
  const params = Object.fromEntries(new URLSearchParams(query));
  const [view, ...rest] = path.split("/");
  if (view !== "finding" && view !== "attempt") return { view: "report", params };
  try {
    return { view, id: decodeURIComponent(rest.join("/")), params };
  } catch {
    // A half escape, as from a link that was cut off.
    return { view: "report", params };
  }
}

/** The address of a route, with its `#`; parameters without a value are left out. */
export function renderRoute({ view, id, params }: Route): string {
  const kept = Object.entries(params).filter(([, value]) => value !== "");
  const query = kept.length === 0 ? "" : `?${new URLSearchParams(kept).toString()}`;
  return `#${view === "report" ? "" : `${view}/${encodeURIComponent(id ?? "")}`}${query}`;
}
