import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser, openFile, spoil } from "../../../report/page/browser.fixture.ts";
import { createAuditPage, evilText } from "./page.fixture.ts";

if (chromiumPath === undefined)
  console.log(
    "The page of an audit is not tried in a browser: there is no Chromium. Install it, or set LEAKPROOF_CHROMIUM.",
  );

// A browser is no part of the set-up; without one the reason is printed above, and nothing is said of the page.
describe.skipIf(chromiumPath === undefined)("the page of an audit in Chromium", () => {
  let browser: Browser;
  let made: Awaited<ReturnType<typeof createAuditPage>>;
  beforeAll(async () => {
    browser = await launchBrowser();
    made = await createAuditPage();
  });
  afterAll(async () => {
    await browser.close();
    await made[Symbol.asyncDispose]();
  });

  test("it opens from disk without network and without a complaint, and shows every finding as text", async () => {
    await using open = await openFile(browser, made.file, "", { offline: true });
    const { page, complaints } = open;
    expect(await page.locator("h1").innerText()).toMatch(/^4 findings/);
    expect(await page.locator("article:visible").count()).toBe(4);
    expect(await page.locator("article code").nth(1).textContent()).toBe(`[iptables-nft nat] ${evilText}`);
    expect(await page.title()).toMatch(/Leakproof audit$/);
    expect(complaints).toEqual([]);
  });

  test("a page that runs another script would be seen", async () => {
    const spoilt = await spoil(made.file, '<script>document.title = "run"</script>');
    await using open = await openFile(browser, spoilt);
    expect(open.complaints.join("\n")).toContain("Content Security Policy");
    expect(await open.page.title()).not.toBe("run");
  });

  test("the filter leaves what matches, and says how many", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    await page.getByRole("combobox", { name: "Kind" }).selectOption("orphan");
    expect(await page.locator("article:visible").count()).toBe(2);
    await page.getByRole("combobox", { name: "Node" }).selectOption("node2");
    expect(await page.locator("article:visible").count()).toBe(1);
    expect(await page.getByRole("status").innerText()).toBe("1 of 4 shown");
    await page.getByRole("combobox", { name: "Engine" }).selectOption("kube-router");
    expect(await page.locator("article:visible").count()).toBe(0);
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => page.locator("article:visible").count()).toBe(4);
  });

  test("an address leads to its finding, also where the filter hides it", async () => {
    await using open = await openFile(browser, made.file);
    const { page } = open;
    const last = page.locator("article").last();
    const id = await last.getAttribute("id");
    await page.getByRole("combobox", { name: "Kind" }).selectOption("orphan");
    expect(await last.isVisible()).toBe(false);
    await page.evaluate(`location.assign("#${id}")`);
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe(id);
    expect(await page.locator("article:visible").count()).toBe(4);
    await using again = await openFile(browser, made.file, `#${id}`);
    await expect.poll(() => again.page.evaluate("document.activeElement?.id")).toBe(id);
  });

  test("it follows the system's colours", async () => {
    await using light = await openFile(browser, made.file, "", { colorScheme: "light" });
    await using dark = await openFile(browser, made.file, "", { colorScheme: "dark" });
    const colours = (open: typeof light): Promise<unknown> =>
      open.page.evaluate(
        "(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))",
      );
    expect(await colours(light)).toEqual(["rgb(247, 247, 245)", "rgb(27, 31, 36)"]);
    expect(await colours(dark)).toEqual(["rgb(20, 23, 27)", "rgb(228, 231, 235)"]);
  });

  test("a phone needs no sideways scrolling", async () => {
    await using open = await openFile(browser, made.file, "", { viewport: { width: 390, height: 844 } });
    const widths = await open.page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
    expect(widths).toEqual([390, 390]);
  });

  test("a screen reader finds landmarks, headings and names", async () => {
    await using open = await openFile(browser, made.file);
    const tree = await open.page.locator("body").ariaSnapshot();
    expect(tree).toContain("- main:");
    expect(tree).toMatch(/- heading "4 findings.+" \[level=1\]/);
    expect(tree).toContain('- search "Filter findings"');
    expect(tree).toContain('- combobox "Kind"');
    expect(tree).toMatch(/- article "orphan of kube-vip on node1 .*POSTROUTING -s 10\.244\.0\.5/);
    expect(tree).toContain('- link "Link to this finding"');
  });

  test("without script everything is there, and no filter that does nothing", async () => {
    await using open = await openFile(browser, made.file, "", { javaScriptEnabled: false });
    expect(await open.page.locator("article").count()).toBe(4);
    expect(await open.page.locator("form").isVisible()).toBe(false);
  });
});
