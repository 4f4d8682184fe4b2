import type { Recording } from "../../harness/model/recording.ts";
import { eventsOf } from "../../harness/model/recording.ts";

/** A text in parts: literal ones, and values that differ between clusters. */
export type TextPart =
  | { readonly kind: "literal"; readonly text: string }
  /** Name of a shell variable. */
  | { readonly kind: "variable"; readonly name: string }
  /** An identity that every cluster draws anew. */
  | { readonly kind: "uid" };

/** `<node-0-ipv4>`, as aliases are called in recordings -> `NODE_0_IPV4`. */
function variableOf(alias: string): string {
  return alias
    .replace(/^<(.*)>$/, "$1")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** The variables of a script, with what they were in the recording. */
export function variablesOf(recording: Recording): ReadonlyMap<string, string> {
  const aliases = eventsOf(recording, "begin")[0]?.aliases ?? {};
  return new Map(Object.entries(aliases).map(([value, alias]) => [variableOf(alias), value]));
}

const uid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|<uid>|<hash>";

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Finds in texts of a recording what differs between clusters: names and addresses of nodes, their aliases, UIDs. */
export function splitterOf(recording: Recording): (text: string) => readonly TextPart[] {
  const variables = [...variablesOf(recording)].toSorted(([, one], [, other]) => other.length - one.length);
  const names = variables.flatMap(([name, value]) => [
    [value, name],
    [`<${name.toLowerCase().replaceAll("_", "-")}>`, name],
  ]) as readonly (readonly [string, string])[];
  const known = new Map(names);
  const values = names.map(([value]) =>
    value.startsWith("<")
      ? escapeRegex(value)
      : String.raw`(?<![\w.:-])${escapeRegex(value)}(?![\w.]|:(?=[0-9a-f]{0,4}:))`,
  );
  const pattern = new RegExp([uid, ...values].join("|"), "g");
  return (text) => {
    const parts: TextPart[] = [];
    let from = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index > from) parts.push({ kind: "literal", text: text.slice(from, match.index) });
      const name = known.get(match[0]);
      parts.push(name === undefined ? { kind: "uid" } : { kind: "variable", name });
      from = match.index + match[0].length;
    }
    if (from < text.length) parts.push({ kind: "literal", text: text.slice(from) });
    return parts;
  };
}

/** Inside of double quotes, or of a heredoc whose variables are replaced. */
function escapeShell(text: string, special: RegExp): string {
  return text.replace(special, String.raw`\$&`);
}

/** A word in double quotes that an extended regular expression takes for the text itself. */
export function quoteRegex(parts: readonly TextPart[]): string {
  const inner = parts.map((part) => {
    if (part.kind === "uid") return "[0-9A-Za-z-]+";
    if (part.kind === "variable") return `\${${part.name}}`;
    return escapeShell(part.text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`), /[\\"$`]/g);
  });
  return `"${inner.join("")}"`;
}

/** A pattern of `[[ x == ... ]]` that finds the text anywhere. */
export function quoteGlob(parts: readonly TextPart[]): string {
  const inner = parts.map((part) => {
    if (part.kind === "uid") return "*";
    return part.kind === "variable" ? `"\${${part.name}}"` : quoteLiteral(part.text);
  });
  return `*${inner.join("")}*`;
}

/** A word as the shell takes it literally. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A text inside of a heredoc. */
export function heredocText(parts: readonly TextPart[]): string {
  return parts
    .map((part) => {
      if (part.kind === "uid") return "";
      return part.kind === "variable" ? `\${${part.name}}` : escapeShell(part.text, /[\\$`]/g);
    })
    .join("");
}
