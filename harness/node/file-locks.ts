/** One line of /proc/locks. */
export interface FileLock {
  /** What waits stands under the id of what it waits for. */
  readonly id: number;
  readonly isWaiting: boolean;
  /** 0 or negative where the owner is no process of ours. */
  readonly pid: number;
}

const line = /^(\d+):\s+(->\s+)?\S+\s+\S+\s+\S+\s+(-?\d+)\s/;

/** Reads /proc/locks; lines of another form are none. */
export function parseFileLocks(text: string): readonly FileLock[] {
  return text.split("\n").flatMap((each) => {
    const [, id, arrow, pid] = line.exec(each) ?? [];
    return id === undefined ? [] : [{ id: Number(id), isWaiting: arrow !== undefined, pid: Number(pid) }];
  });
}

/** The processes that wait for the locks of `holder`. */
export function waitersBehind(locks: readonly FileLock[], holder: number): readonly number[] {
  const held = new Set(
    locks.filter(({ pid, isWaiting }) => pid === holder && !isWaiting).map(({ id }) => id),
  );
  return locks.filter(({ id, isWaiting }) => isWaiting && held.has(id)).map(({ pid }) => pid);
}
