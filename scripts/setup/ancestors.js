import { readFileSync } from "node:fs";

/**
 * @typedef {object} Ancestor
 * @property {number} pid
 * @property {string} startTime clock ticks since boot: with the pid it names one process for good
 */

/**
 * @param {number} pid
 * @returns {{ state: string, parent: number, startTime: string } | undefined} undefined where it is gone
 */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name may hold spaces and parentheses: what counts begins behind the last one.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "X", parent: Number(fields[1]), startTime: fields[19] ?? "" };
  } catch {
    // Gone between two looks.
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function runsUnderNpm(pid) {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "utf8")}`.includes("\0npm_lifecycle_event=");
  } catch {
    // Gone, or another user's: not a process of our npm.
    return false;
  }
}

/**
 * The processes between npm and us, npm included; none where npm did not start us. npm hands
 * `npm_lifecycle_event` to what it starts, so the first ancestor without it is npm.
 *
 * @param {number} [pid]
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {readonly Ancestor[]}
 */
export function npmAncestors(pid = process.pid, env = process.env) {
  const ancestors = [];
  let current = env["npm_lifecycle_event"] === undefined ? undefined : readStat(pid);
  while (current !== undefined && current.parent > 1) {
    const parent = current.parent;
    current = readStat(parent);
    if (current === undefined) break;
    ancestors.push({ pid: parent, startTime: current.startTime });
    if (!runsUnderNpm(parent)) break;
  }
  return ancestors;
}

/**
 * @param {Ancestor} ancestor
 * @returns {boolean}
 */
export function isAlive({ pid, startTime }) {
  const stat = readStat(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== "Z" && stat.state !== "X";
}

/**
 * Calls `onGone` once, when one of the ancestors has ended. A parent's death is no signal here: npm waits
 * for its shell and the shell for us, so whichever of them is gone, nobody waits for our answer any more.
 *
 * @param {readonly Ancestor[]} ancestors
 * @param {(gone: Ancestor) => void} onGone
 * @param {number} [intervalMs]
 */
export function watchAncestors(ancestors, onGone, intervalMs = 200) {
  if (ancestors.length === 0) return;
  const timer = setInterval(() => {
    const gone = ancestors.find((ancestor) => !isAlive(ancestor));
    if (gone === undefined) return;
    clearInterval(timer);
    onGone(gone);
  }, intervalMs);
  timer.unref();
}
