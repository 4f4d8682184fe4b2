import type { VNode } from "preact";

const keys: readonly (readonly [string, string])[] = [
  ["/", "search"],
  ["j, k", "next, previous finding"],
  ["t", "light or dark"],
  ["Esc", "back to the report"],
  ["← →", "time machine: previous, next event"],
  ["p, n", "time machine: previous, next change of the tables"],
  ["Home, End", "time machine: first, last moment"],
  ["+, −", "time machine: zoom"],
  ["?", "this help"],
];

/** The keys of the page. */
export function HelpDialog(): VNode {
  return (
    <dialog id="help" aria-labelledby="help-heading">
      <h2 id="help-heading">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}

function nextCard(direction: 1 | -1): void {
  const cards = [...document.querySelectorAll<HTMLElement>("article.card")];
  const here = cards.findIndex((card) => card.contains(document.activeElement));
  const card = cards[here < 0 ? (direction === 1 ? 0 : cards.length - 1) : here + direction];
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
}

function click(id: string): void {
  document.getElementById(id)?.click();
}

const actions: Readonly<Record<string, () => void>> = {
  "/": () => document.getElementById("search")?.focus(),
  j: () => nextCard(1),
  k: () => nextCard(-1),
  t: () => click("theme"),
  Escape: () => click("back"),
  "?": () => document.querySelector<HTMLDialogElement>("#help")?.showModal(),
};

/** What keys do where no element takes them for itself. */
export function onPageKey(event: KeyboardEvent): void {
  const { target, key } = event;
  const isTyping = target instanceof HTMLElement && target.matches("input, select, textarea");
  const isOpen = document.querySelector("dialog[open]") !== null;
  if (isTyping || isOpen || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = actions[key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}
