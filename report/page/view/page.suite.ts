import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chromiumPath,
  createLongPage,
  createPage,
  evilText,
  launchBrowser,
  openFile,
  spoil,
} from "../browser.fixture.ts";

if (chromiumPath === undefined)
  console.log(
    "The page is not tried in a browser: there is no Chromium. Install it, or set LEAKPROOF_CHROMIUM.",
  );

const attempt = "#attempt/kv.moves";
/** How long a change of the page may take where others are at work. */
const soon = { timeout: 15_000 };
const clock = ".clock";
const lines = (page: Page): Promise<readonly string[]> =>
  page
    .locator(".lines .row")
    .evaluateAll((rows) =>
      rows.map((row) => `${row.className.trim()}|${row.querySelector("code")?.textContent}`),
    );

// A browser is no part of the set-up; without one the reason is printed above, and nothing is said of the page.
describe.skipIf(chromiumPath === undefined)("report.html in Chromium", () => {
  let browser: Browser;
  let made: Awaited<ReturnType<typeof createPage>>;
  beforeAll(async () => {
    browser = await launchBrowser();
    made = await createPage();
  });
  afterAll(async () => {
    await browser.close();
    await made[Symbol.asyncDispose]();
  });

  test("it opens from disk without network and without a complaint, and shows verdict, matrix and findings", async () => {
    await using open = await openFile(browser, made.file, "", { offline: true });
    const { page, complaints } = open;
    expect(await page.locator("h1").innerText()).toBe("Not conformant");
    expect(await page.locator("table.matrix tbody tr").count()).toBe(4);
    const card = page.locator("article.card").first();
    await expect.poll(() => card.innerText(), soon).toContain("which nothing has named since step moved");
    expect(await card.innerText()).toContain("/sbin/iptables -A KUBE-VIP-EGRESS -s 10.244.0.7/32");
    expect(complaints).toEqual([]);
  });

  test("it tells the figures of the run, folded, each table where keys reach it", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    const titles = page.locator("#about summary");
    await expect
      .poll(() => titles.allInnerTexts(), soon)
      .toContainEqual(expect.stringContaining("Oracle sensitivity"));
    const about = page.locator("#about");
    expect(await about.innerText()).toContain("was seen to have");
    await titles.filter({ hasText: "Oracle sensitivity" }).press("Enter");
    const table = page.getByRole("region", { name: "Oracle sensitivity" });
    await expect.poll(() => table.innerText(), soon).toContain("nothing could be planted");
    expect(await table.getAttribute("tabindex")).toBe("0");
    expect(open.complaints).toEqual([]);
  });

  test("a page that asks for something from elsewhere, or runs another script, would be seen", async () => {
    const spoilt =
      '<link rel="stylesheet" href="https://example.invalid/x.css"><script>document.title = "run"</script>';
    await using open = await openFile(browser, await spoil(made.file, spoilt));
    expect(open.complaints.join("\n")).toContain("Content Security Policy");
    expect(await open.page.title()).not.toBe("run");
  });

  test("the scrubber changes the tables: with keys, and with the pointer", async () => {
    await using open = await openFile(browser, made.file, `${attempt}?node=n1&t=0`);
    const { page, complaints } = open;
    await page.locator("#scrubber").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("p");
    expect(await page.locator(clock).innerText()).toBe("2.50 s");
    await expect
      .poll(() => lines(page), soon)
      .toEqual([expect.stringMatching(/^row removed\|.*10\.244\.0\.7/), `row|${evilText}`]);
    await page.keyboard.press("p");
    expect((await lines(page)).at(-1)).toBe(`row added|${evilText}`);
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("#scrubber").getAttribute("aria-valuetext")).toContain("1.40 s");
    const box = await page.locator("#scrubber").boundingBox();
    if (box === null) throw new Error("no scrubber");
    await page.mouse.click(box.x + box.width - 2, box.y + box.height / 2);
    await expect.poll(() => lines(page), soon).toHaveLength(2);
    expect(await page.title()).not.toBe("1");
    expect(complaints).toEqual([]);
  });

  test("an address leads to the same moment again, and back leads to the report", async () => {
    await using open = await openFile(
      browser,
      made.file,
      `${attempt}?node=n1&t=1250&table=iptables-legacy+mangle`,
    );
    const { page } = open;
    expect(await page.locator(clock).innerText()).toBe("1.25 s");
    await page.locator("#scrubber").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.evaluate(() => location.hash), soon).toContain("t=1400");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("h1").innerText(), soon).toBe("Not conformant");
    await page.goto(`${page.url().split("#")[0]}#finding/0`);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id), soon).toBe("finding-0");
  });

  test("a filter is in the address, and what does not match is not shown", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    await page.keyboard.press("/");
    await page.keyboard.type("no such rule");
    await expect.poll(() => page.locator("article.card").count(), soon).toBe(0);
    await expect.poll(() => page.evaluate(() => location.hash), soon).toContain("q=no+such+rule");
    await page.locator("#search").fill("10.244.0.7");
    await expect.poll(() => page.locator("article.card").count(), soon).toBe(1);
  });

  test("keys move between findings and switch the colours; all colours come from the theme", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.keyboard.press("j");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("finding-0");
    const light = await background();
    await page.keyboard.press("t");
    await expect.poll(background, soon).not.toBe(light);
    await using dark = await openFile(browser, made.file, "", { colorScheme: "dark" });
    await expect
      .poll(() => dark.page.evaluate(() => document.documentElement.dataset["theme"]), soon)
      .toBe("dark");
  });

  test.for(["", attempt, "#finding/0"])("a phone needs no sideways scrolling: %s", async (hash) => {
    await using open = await openFile(browser, made.file, hash, { viewport: { width: 390, height: 844 } });
    await open.page.waitForSelector(hash === attempt ? "#scrubber" : "article.card");
    const widths = await open.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths).toEqual([390, 390]);
  });

  test.for(["", attempt])("a screen reader finds landmarks, headings and names: %s", async (hash) => {
    await using open = await openFile(browser, made.file, hash);
    const { page } = open;
    await page.waitForSelector(hash === attempt ? "#scrubber" : "article.card");
    const tree = await page.locator("body").ariaSnapshot();
    expect(tree).toContain("- banner:");
    expect(tree).toContain("- main:");
    expect(tree).toMatch(/- heading ".+" \[level=1\]/);
    if (hash === "") {
      expect(tree).toContain('- navigation "Sections"');
      expect(tree).toMatch(/article "the rule names/);
      expect(tree).toContain('- search "Filter findings');
    } else expect(tree).toMatch(/slider "Time of the attempt/);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a, input, select")]
        .filter(
          (one) =>
            !one.ariaLabel &&
            !one.textContent?.trim() &&
            !(one instanceof HTMLInputElement && one.labels?.length),
        )
        .map((one) => one.outerHTML),
    );
    expect(nameless).toEqual([]);
  });

  test("the first tab stop leads past the navigation", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
      "Skip to the content",
    );
  });
});

/** Moves the playhead across the whole attempt, a place a frame, and gives back how long that took, in ms. */
async function scrub(page: Page): Promise<number> {
  await page.waitForSelector("#scrubber");
  return page.evaluate(async () => {
    const scrubber = document.getElementById("scrubber");
    if (scrubber === null) throw new Error("no scrubber");
    const { left, width, top } = scrubber.getBoundingClientRect();
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
    scrubber.setPointerCapture = () => undefined;
    scrubber.hasPointerCapture = () => true;
    const steps = 120;
    await frame();
    const begin = performance.now();
    for (let step = 0; step < steps; step += 1) {
      const clientX = left + (width * ((step * 37) % steps)) / steps;
      scrubber.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY: top + 5, bubbles: true }));
      await frame();
    }
    await frame();
    return performance.now() - begin;
  });
}

// As above.
describe.skipIf(chromiumPath === undefined)("10,000 writes", () => {
  test("scrub as 100 do: only what is in sight is in the document, and frames take no longer", async () => {
    await using browser = await launchBrowser();
    await using few = await createLongPage(100);
    await using many = await createLongPage(10_000);
    await using small = await openFile(browser, few.file, attempt);
    await using large = await openFile(browser, many.file, attempt);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round += 1)
      rounds.push((await scrub(large.page)) / (await scrub(small.page)));
    const elements = await large.page.evaluate(() => document.querySelectorAll("*").length);
    console.log(
      `10,000 writes in comparison with 100: ${rounds.map((one) => one.toFixed(2)).join(", ")}; ${elements} elements`,
    );
    expect(rounds.toSorted((one, other) => one - other)[1]).toBeLessThan(2);
    expect(elements).toBeLessThan(1_000);
    expect(large.complaints).toEqual([]);
  });
});
