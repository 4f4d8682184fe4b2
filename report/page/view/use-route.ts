import { useEffect, useState } from "preact/hooks";
import { parseRoute, renderRoute, type Route } from "../model/route.ts";

/** Browsers refuse an address that changes more often than about every 100 ms, as it does under the scrubber. */
const settleMs = 250;

let current = location.hash;
let pending: ReturnType<typeof setTimeout> | undefined;
const followers = new Set<(hash: string) => void>();

function tell(hash: string): void {
  current = hash;
  for (const follow of followers) follow(hash);
}

/** Writes to the address bar what the page shows already. */
function settle(): void {
  pending = undefined;
  if (current !== location.hash) history.replaceState(null, "", current === "" ? "#" : current);
}

addEventListener("hashchange", () => {
  clearTimeout(pending);
  tell(location.hash);
});

/** Changes parameters of the address without a new entry in the history: filters, and where the time machine stands. */
export function setParams(changes: Readonly<Record<string, string>>): void {
  const route = parseRoute(current);
  const next = renderRoute({ ...route, params: { ...route.params, ...changes } });
  if (next === current) return;
  clearTimeout(pending);
  pending = setTimeout(settle, settleMs);
  tell(next);
}

/** The route of the address, now and whenever it changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(current);
  useEffect(() => {
    followers.add(setHash);
    setHash(current);
    return () => void followers.delete(setHash);
  }, []);
  return parseRoute(hash);
}
