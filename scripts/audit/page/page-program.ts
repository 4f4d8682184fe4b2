/** How the page looks; both colour schemes, by the reader's own choice for all pages. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f7f7f5, #14171b);
  --surface: light-dark(#ffffff, #1b1f25);
  --ink: light-dark(#1b1f24, #e4e7eb);
  --muted: light-dark(#5b626c, #9aa3af);
  --line: light-dark(#dfe2e6, #2e343c);
  --accent: light-dark(#2456a6, #8ab4f8);
  --bad: light-dark(#b42318, #ff8a7a);
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
main:focus { outline: none; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; }
h3 { margin: 0; font-size: 1rem; }
p, li, dd, pre, h1, h3 { overflow-wrap: anywhere; }
a { color: var(--accent); }
:focus-visible, article:target { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; margin: 1rem 0; }
/* What has a display of its own would be shown though it is hidden. */
[hidden] { display: none; }
label { display: grid; color: var(--muted); }
select, button { max-width: 100%; padding: 0.3rem 0.6rem; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); color: var(--ink); font: inherit; }
article { margin: 0.75rem 0; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); content-visibility: auto; contain-intrinsic-size: auto 12rem; }
.kind { color: var(--bad); }
.muted, dt { color: var(--muted); }
pre { margin: 0.5rem 0; padding: 0.5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--bg); white-space: pre-wrap; font: 0.87em/1.5 ui-monospace, monospace; }
/* A comment may turn the direction of what is written: not beyond its own rule. */
pre, dd, li { unicode-bidi: isolate; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0; }
dd { margin: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
@media print { form, .skip { display: none; } }
`;

/**
 * The page's script: the filter, and links to a finding that the filter hides. Everything is on the page
 * without it; then there is no filter.
 */
export const pageScript = `
const form = document.querySelector("form");
const cards = [...document.querySelectorAll("article")];
function show() {
  const wanted = [...new FormData(form)].filter(([, value]) => value !== "");
  for (const card of cards) card.hidden = wanted.some(([name, value]) => card.dataset[name] !== value);
  const shown = cards.filter((card) => !card.hidden).length;
  form.querySelector("output").textContent = shown + " of " + cards.length + " shown";
}
function follow() {
  const card = cards.find(({ id }) => "#" + id === location.hash);
  if (card === undefined) return;
  if (card.hidden) form.reset();
  show();
  card.scrollIntoView();
  card.focus();
}
if (form !== null) {
  form.hidden = false;
  form.addEventListener("change", show);
  // The event comes before the fields have their values back.
  form.addEventListener("reset", () => setTimeout(show));
  addEventListener("hashchange", follow);
  show();
  follow();
}
`;
