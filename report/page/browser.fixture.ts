import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import { failed, manifest, planOf, resultOf } from "../report.fixture.ts";
import { reportOf } from "../sample-report.fixture.ts";
import { openReport } from "../store.ts";
import { attemptData } from "./attempt-data.ts";
import { look, recordingWith, ruleOf, write } from "./page.fixture.ts";
import { compress, renderPage } from "./render-page.ts";
import { pageTemplate } from "./template.ts";
import { writePage } from "./write-page.ts";

/** Where Chromium is on this machine. */
export const chromiumPath = [
  process.env["LEAKPROOF_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

/** A page as the browser has it open, and what went wrong in it. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors, warnings and requests of the page; none is right. */
  readonly complaints: readonly string[];
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"], timeout: 120_000 });
}

/** Opens the file as a reader does, from disk; every request to anywhere else is a complaint. */
export async function openFile(
  browser: Browser,
  file: string,
  hash = "",
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => void complaints.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => void complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== pathToFileURL(file).href)
      complaints.push(`request: ${request.url()}`);
  });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  await page.waitForSelector("main h1");
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

export const evilText = '-A X </script><img src=x onerror="document.title=1"> "&amp;';

/** Three looks at n1: a rule comes, another one with a text that is no HTML, the first goes. */
function shortRecording(): Recording {
  const [one, evil] = [ruleOf("10.244.0.7"), { ...ruleOf("10.244.0.9"), text: evilText }];
  const events: readonly RecordedEvent[] = [
    { kind: "step", atMs: 900, step: "created", state: "begin" },
    look(950, "planted", "a"),
    write(1, ["/sbin/iptables", "-A", "KUBE-VIP-EGRESS", "-s", "10.244.0.7/32"]),
    look(1_200, "created", "b"),
    { kind: "step", atMs: 1_300, step: "created", state: "end" },
    { kind: "step", atMs: 1_400, step: "moved", state: "begin" },
    look(2_000, "moved", "bbb"),
    look(2_500, "deleted", "d"),
    { kind: "end", atMs: 3_000 },
  ];
  const snapshots = { a: [], b: [one], bbb: [one, evil], d: [evil] };
  return recordingWith(events, snapshots);
}

/** So many writes, each of which adds a rule or takes one away, and was looked at. */
function longRecording(writes: number): Recording {
  const rules = Array.from({ length: 200 }, (_, index) => ruleOf(`10.1.${index}.1`));
  const events: RecordedEvent[] = [look(0, "planted", "s0")];
  const snapshots: Record<string, readonly (typeof rules)[number][]> = { s0: [] };
  let held: readonly (typeof rules)[number][] = [];
  for (let index = 1; index <= writes; index += 1) {
    const rule = rules[(index * 7) % rules.length];
    if (rule === undefined) continue;
    held = held.includes(rule) ? held.filter((one) => one !== rule) : [...held, rule];
    const digest = `s${index}`;
    snapshots[digest] = held;
    events.push({ ...write(index, ["/sbin/iptables", `${index}`]), atMs: index * 10 } as RecordedEvent);
    const state = { node: "n1", step: "created", index, digest, state: digest, heldMs: 1 };
    events.push({ kind: "kernel-state", atMs: index * 10 + 1, ...state });
  }
  return recordingWith(events, snapshots);
}

const cache = join(tmpdir(), "leakproof-page-cache");

interface MadePage extends AsyncDisposable {
  readonly file: string;
}

/** The page of a run with one attempt that failed and one that passed, made from its directory; gone afterwards. */
export async function createPage(): Promise<MadePage> {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-browser-"));
  const directory = join(folder, "run");
  const store = await openReport({ directory, manifest, secrets: () => [] });
  const plan = planOf("kv.moves", "egress-moves");
  await store.append({ ...resultOf("kv.moves", failed), recording: { ...shortRecording(), plan } });
  await store.append(resultOf("kv.deleted", { kind: "pass" }));
  await store.finish({ interrupted: false });
  const file = await writePage(directory, { cache });
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** A page whose first attempt has so many writes, with a look after each; gone afterwards. */
export async function createLongPage(writes: number): Promise<MadePage> {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-browser-"));
  const machines = [{ attempt: 0, bytes: compress(attemptData(longRecording(writes), [])) }];
  const input = { report: reportOf(), findings: [], missing: new Map<string, never>(), machines };
  const file = join(folder, "report.html");
  await writeFile(file, renderPage(await pageTemplate(cache), input));
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** The page with this in its head: what a page that is not as it should be looks like. */
export async function spoil(file: string, spoilt: string): Promise<string> {
  const path = file.replace(/\.html$/, "-spoilt.html");
  const html = await readFile(file, "utf8");
  await writeFile(path, html.replace("</head>", `${spoilt}</head>`));
  return path;
}
