// The vocabulary that the page begins with, trained in the page itself.

import type { TokenizerDefinition } from "../src/index.js";
import { trainBpe } from "../src/training.js";
import lessons from "./demo.txt";

/** Small, with digits in threes from the right and every group of up to three as a token. */
export function trainDemo(): Promise<TokenizerDefinition> {
  return trainBpe([lessons, ...digitGroups()], {
    vocabularySize: 2048,
    digits: "right3",
    specialTokens: ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
  });
}

/** Every run of one to three digits, as often as a common word. */
function* digitGroups(): Generator<string> {
  for (let length = 1; length <= 3; length++) {
    const count = 10 ** length;
    for (let i = 0; i < count; i++) yield `${String(i).padStart(length, "0")} `.repeat(4);
  }
}
