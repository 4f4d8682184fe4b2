// Plain JavaScript: the set-up needs it before Node 24 and the npm packages are there.
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where Leakproof keeps what took long to get: `$XDG_CACHE_HOME/leakproof`, by default `~/.cache/leakproof`.
 * A relative XDG_CACHE_HOME is ignored, as the XDG specification demands.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string} absolute path; not made here
 */
export function cacheDirectory(env = process.env) {
  const base = env["XDG_CACHE_HOME"];
  if (base?.startsWith("/")) return join(base, "leakproof");
  return join(env["HOME"] ?? homedir(), ".cache", "leakproof");
}
