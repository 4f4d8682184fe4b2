/** An integer from 0 to `bound` - 1. */
export type Draw = (bound: number) => number;

/** FNV-1a of a text, 32 bits: spreads seeds that differ in one digit. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/**
 * A stream of draws that depends on `seed` alone: all chance of an attempt comes from one number that is
 * printed and can be given again.
 *
 * @returns draws from a uniform stream; bounds up to 2^32
 * @see splitmix32, the 32-bit form of Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
 */
export function drawFromSeed(seed: string): Draw {
  let state = hashOf(seed);
  return (bound) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * bound);
  };
}
