/** How an engine is killed: three ways that are compared. */
export type Way = "kernel-writes" | "api-writes" | "random-times";

/** Each way, in the order in which they are told, with what it is. */
const wayTitles: Readonly<Record<Way, string>> = {
  "kernel-writes": "after every kernel write that a recording has",
  "api-writes": "at every write to the API that a recording has",
  "random-times": "at times drawn from the steps of a recording",
};

export const ways = Object.keys(wayTitles) as readonly Way[];
