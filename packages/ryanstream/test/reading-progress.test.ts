import { expect, it } from "vitest";
import { readingText } from "../src/model/reading-progress.js";

it.each([
  [512, 8000, 1000, "reading 512 of 8000 tokens, 6 %, 512 tokens/s, 14.6 s left"],
  [4000, 8000, 500, "reading 4000 of 8000 tokens, 50 %, 8000 tokens/s, 500 ms left"],
  [512, 131072, 60_000, "reading 512 of 131072 tokens, 0 %, 8.53 tokens/s, 255 min left"],
  [512, 1024, 0, "reading 512 of 1024 tokens, 50 %"],
])("tells of %i of %i tokens after %i ms", (done, total, elapsed, text) => {
  expect(readingText({ done, total }, elapsed)).toBe(text);
});
