/** `${name}`, or `${name:-what stands there without a value}`. */
const pattern = /\$\{([^}:]*)(?::-([^}]*))?\}/g;

/** Values by placeholder name; one without a value in this scenario is undefined. */
export type Values = Readonly<Record<string, string | undefined>>;

/** The names of all `${name}` in a text. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

/**
 * The text with every `${name}` replaced by its value.
 *
 * @param spell - how a value is written into the text, such as escaped for a regular expression
 * @returns undefined where one of them has no value and no default
 */
export function fill(text: string, values: Values, spell = (value: string) => value): string | undefined {
  let isComplete = true;
  const filled = text.replace(pattern, (_, name: string, fallback: string | undefined) => {
    const value = values[name] ?? fallback;
    if (value === undefined) isComplete = false;
    return spell(value ?? "");
  });
  return isComplete ? filled : undefined;
}

/** `text` filled for use as a regular expression: values stand for themselves. */
export function fillPattern(text: string, values: Values): string | undefined {
  return fill(text, values, (value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

/** The entries of a record whose values can be filled. */
export function fillRecord(record: Readonly<Record<string, string>>, values: Values): Record<string, string> {
  const filled = Object.entries(record).flatMap(([key, text]) => {
    const value = fill(text, values);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(filled);
}
