import { expect, it } from "vitest";
import { contextFor } from "../src/model/open-engine.js";

it.each([
  // asked, prompt, maxTokens, maxPositions, context
  [undefined, 10, undefined, 8192, 4096],
  [undefined, 10, undefined, 2048, 2048],
  [undefined, 5000, undefined, 8192, 6024],
  [undefined, 7500, undefined, 8192, 8192],
  [undefined, 10, 20, 8192, 30],
  [undefined, 8000, 1000, 8192, 8192],
  [100, 10, 20, 8192, 100],
  [10, 10, undefined, 8192, 10],
])(
  "takes a context: asked %s, prompt %i, at most %s, model %i: %i",
  (asked, prompt, maxTokens, maxPositions, context) => {
    expect(contextFor({ maxPositions }, { asked, prompt, maxTokens })).toBe(context);
  },
);

it.each([
  [9000, 10, "--context: expected at most 8192 tokens", undefined],
  [5, 10, "expected a prompt of at most 5 tokens, found 10", "Raise --context."],
  [undefined, 9000, "expected a prompt of at most 8192 tokens, found 9000", "Shorten the prompt."],
  [8192, 9000, "expected a prompt of at most 8192 tokens, found 9000", "Shorten the prompt."],
])("refuses a context of %s for a prompt of %i", (asked, prompt, message, advice) => {
  const sizes = { asked, prompt, maxTokens: undefined };
  expect(() => contextFor({ maxPositions: 8192 }, sizes)).toThrow(
    expect.objectContaining({
      code: "ERR_CONTEXT",
      message: expect.stringContaining(message),
      advice,
    }),
  );
});
