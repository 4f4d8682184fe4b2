/** Family of an attempt's faults, by its id: `x.crash-003` is of `kill`. A schedule that the search drew has no family of its own. */
export function faultFamily(id: string, hasFaults: boolean): string | undefined {
  const [, name] = /\.([a-z][a-z-]*)-\d{3,}(?:\.r\d+)?$/.exec(id) ?? [];
  if (name === "crash") return "kill";
  return name ?? (hasFaults ? "explored" : undefined);
}
