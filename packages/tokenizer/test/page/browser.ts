// A headless Chromium with the page in it, built anew from its sources.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const tool = fileURLToPath(new URL("../../../../tools/tokenizer-page.mjs", import.meta.url));

/** The system's Chromium, or undefined. */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return (named === undefined ? candidates : [named]).find((path) => existsSync(path));
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, and requests for anything but the page and its worker. */
  readonly complaints: string[];
}

export class PageBrowser {
  readonly folder = mkdtempSync(join(tmpdir(), "tokenizer-page-"));
  readonly #file = join(this.folder, "index.html");
  #browser: Browser | undefined;

  async start(executablePath: string): Promise<void> {
    execFileSync(process.execPath, [tool, this.#file]);
    // Containers seldom let an unprivileged process make a sandbox, and the page is ours.
    this.#browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  }

  async open(hash = "", options: BrowserContextOptions = {}): Promise<OpenPage> {
    const context = await (this.#browser as Browser).newContext(options);
    const page = await context.newPage();
    const url = pathToFileURL(this.#file).href;
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      const wanted = request.url().split("#")[0];
      if (wanted !== url && !/^(blob|data):/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(url + hash);
    await page.locator("html[data-ready]").waitFor();
    return { page, complaints };
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.folder, { recursive: true });
  }
}
