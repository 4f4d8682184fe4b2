/** The most that a page may have, in bytes. */
export const pageSizeLimit = 5_000_000;

/** How many characters base64 makes of so many bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * Which of the parts are on the page: in this order each that still fits; one that does not is left out, and
 * smaller ones behind it may fit all the same. Pure.
 *
 * @param sizes - in bytes, the most important part first
 * @param room - for all of them together, in bytes
 */
export function fitting(sizes: readonly number[], room: number): readonly boolean[] {
  let left = room;
  return sizes.map((size) => {
    if (size > left) return false;
    left -= size;
    return true;
  });
}
