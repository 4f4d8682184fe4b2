/** What the hostile engine is told, so that it need not search: where everything is that it must not get at. */
export interface HostileTargets {
  /** Directories that it tries to write a file of that name into. */
  readonly fileName: string;
  readonly directories: readonly string[];
  /** Files that hold a secret; reading one byte of it is a leak. */
  readonly secrets: readonly string[];
  /** `host:port` or `[v6]:port`. */
  readonly addresses: readonly string[];
  /** Paths of sockets that somebody listens on; an abstract one begins with `@`. */
  readonly sockets: readonly string[];
  /** Only what changes nothing: for the run without isolation, which shows that a leak would be seen. */
  readonly lookOnly: boolean;
}

/** What one try came to: `denied: why`, or `LEAK: what`. */
export type Tries = Readonly<Record<string, string>>;

/** The line that the engine prints begins with this. */
export const reportMark = "HOSTILE ";
