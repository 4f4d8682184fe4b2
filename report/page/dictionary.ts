/** Values that are told once, and by their number from then on. */
export class Dictionary<T> {
  readonly #numbers = new Map<string, number>();
  readonly #keyOf: (value: T) => string;
  readonly values: T[] = [];

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  /** The number of a value, from 0. */
  add(value: T): number {
    const key = this.#keyOf(value);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.values.length);
    return this.values.push(value) - 1;
  }

  /** The number of a value that was added before. */
  find(value: T): number | undefined {
    return this.#numbers.get(this.#keyOf(value));
  }
}
