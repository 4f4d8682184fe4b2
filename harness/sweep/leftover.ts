/** Something that a killed run, test or set-up left on this machine. */
export interface Leftover {
  /** Path or name, as a person would look it up. */
  readonly what: string;
  /** How it is known that nobody needs it any more. */
  readonly why: string;
  readonly sizeBytes?: number;
  /** Takes it away; twice is fine. */
  remove(): Promise<void>;
}

/** One kind of leftovers. A further kind is a further one in the list of whoever sweeps. */
export interface Sweeper {
  /** What it looks for: "scratch directories". */
  readonly name: string;
  /** Finds what is left over, and never what a live process uses. Changes nothing. */
  find(): Promise<readonly Leftover[]>;
}
