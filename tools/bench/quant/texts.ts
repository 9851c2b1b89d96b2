// Problems with their solutions as the model sees them: what it is calibrated on (split train) and compared on (split test).

import { type Problem, problems, type Split } from "@ryanstream/problems";
import type { Tokenizer } from "@ryanstream/tokenizer";

export interface TextOptions {
  readonly seed: number;
  readonly split: Split;
  readonly count: number;
}

export const problemsOf = (options: TextOptions): Problem[] => [...problems(options)];

export async function tokensOfProblems(
  tokenizer: Tokenizer,
  options: TextOptions,
): Promise<Int32Array[]> {
  const texts = problemsOf(options).map(({ question, solution }) => [
    { role: "user", content: question },
    { role: "assistant", content: solution.join("\n") },
  ]);
  return Promise.all(
    texts.map(async (messages) =>
      tokenizer.encodeIds(await tokenizer.applyChatTemplate(messages), { addSpecialTokens: false }),
    ),
  );
}
