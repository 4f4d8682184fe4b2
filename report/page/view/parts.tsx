import { useState } from "preact/hooks";
import type { ComponentChildren, VNode } from "preact";
import type { Kind } from "../model/matrix.ts";

const kindWords: Readonly<Record<Kind, string>> = {
  pass: "pass",
  fail: "fail",
  error: "error",
  "not-exercised": "not exercised",
  unsupported: "unsupported",
};

/** A verdict as a word with its mark. */
export function VerdictChip({ kind, count }: { readonly kind: Kind; readonly count?: string }): VNode {
  return (
    <span class={`chip ${kind}`}>
      {kindWords[kind]}
      {count === undefined ? null : <span class="count">{count}</span>}
    </span>
  );
}

/** A command or a rule that can be taken away. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div class="copy-line">
      <code>{text}</code>
      <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy ${label}`}>
        {isCopied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** A term and what is said about it; nothing where nothing is said. */
export function Field({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): VNode | null {
  if (children === undefined || children === null || children === "") return null;
  return (
    <div class="field">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A link, where it leads to the web; else its text. */
export function WebLink({ to }: { readonly to: string }): VNode {
  return /^https?:\/\//.test(to) ? <a href={to}>{to}</a> : <span>{to}</span>;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 100_000 ? 2 : 1)} s`;

/** How long something took, as people say it. */
export function duration(ms: number): string {
  const whole = Math.round(ms / 1000);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

interface Choice {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

/** One of several values, or all. */
export function Select({ label, value, options, onChange }: Choice): VNode {
  return (
    <label class="select">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
