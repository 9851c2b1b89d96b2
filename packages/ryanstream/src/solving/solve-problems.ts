// Problems solved by a model, many at once: greedily, and with checked lines if that is wanted.

import type { KvType, Model } from "@ryanstream/models";
import type { Problem } from "@ryanstream/problems";
import { extractAnswer, ProofSampler } from "@ryanstream/sampler";
import { Engine, generate, type Session } from "@ryanstream/scheduler";
import type { Tokenizer } from "@ryanstream/tokenizer";
import { endTokensOf } from "../model/end-tokens.js";
import { checkedDecoding } from "./checked-decoding.js";
import { questionPrompt } from "./question-prompt.js";

export interface Solved {
  readonly problem: Problem;
  readonly text: string;
  /** What stands in the box. */
  readonly answer: string | undefined;
  /** Whether that is the problem's answer, to the character. */
  readonly correct: boolean;
  /** With `check`, those of lines that were taken back too. */
  readonly tokens: number;
}

export interface SolveOptions {
  /** Tokens of the longest answer. Default 400. */
  readonly maxTokens?: number;
  /** Problems at once. Default 64. */
  readonly sequences?: number;
  /** How keys and values are held. Default `"f32"`. */
  readonly kvType?: KvType;
  /** Whether lines are checked, and written anew where they are false. Default: false. */
  readonly check?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((solved: number, correct: number) => void) | undefined;
}

const PAGE = 64;

/** Results in the order of the problems. */
export async function solveProblems(
  model: Model,
  tokenizer: Tokenizer,
  all: Iterable<Problem>,
  options: SolveOptions = {},
): Promise<Solved[]> {
  const { maxTokens = 400, sequences = 64, kvType = "f32", check, signal, onProgress } = options;
  const prompts: { readonly problem: Problem; readonly ids: Int32Array }[] = [];
  for (const problem of all) {
    prompts.push({ problem, ids: await questionPrompt(problem.question, tokenizer) });
  }
  const longest = prompts.reduce((most, { ids }) => Math.max(most, ids.length), 1);
  const maxLength = Math.min(model.maxPositions, longest + maxTokens);
  const pages = Math.ceil(maxLength / PAGE) * sequences;
  await using engine = new Engine(model, {
    memory: pages * PAGE * model.kvBytesPerPosition(kvType),
    kvType,
    pageSize: PAGE,
    maxLength,
    maxSequences: sequences,
  });
  const stopTokens = endTokensOf(model, tokenizer);
  const results: Solved[] = [];
  let [next, solved, correct] = [0, 0, 0];
  const plain = async (session: Session, ids: Int32Array) => {
    const asked = { maxTokens, stopTokens, tokenizer, ...(signal && { signal }) };
    let [text, tokens] = ["", 0];
    for await (const token of generate(session, ids, asked)) {
      text += token.text ?? "";
      tokens++;
    }
    return { text, tokens };
  };
  const sampler = new ProofSampler(tokenizer, { ...checkedDecoding, stopTokens });
  const checked = async (session: Session, ids: Int32Array, question: string) => {
    const asked = { maxNewTokens: maxTokens, question, signal };
    const { text, usage } = await sampler.sample(session, ids, asked);
    return { text, tokens: usage.kept + usage.discarded };
  };
  const worker = async () => {
    for (;;) {
      const index = next++;
      const prompt = prompts[index];
      if (prompt === undefined) return;
      if (prompt.ids.length > maxLength) {
        // A question longer than the model can read is one that it can't solve.
        results[index] = {
          problem: prompt.problem,
          text: "",
          answer: undefined,
          correct: false,
          tokens: 0,
        };
        onProgress?.(++solved, correct);
        continue;
      }
      using session = engine.createSession();
      const { problem, ids } = prompt;
      const { text, tokens } = check
        ? await checked(session, ids, problem.question)
        : await plain(session, ids);
      const answer = extractAnswer(text, { strict: true })?.text;
      const result = { problem, text, answer, correct: answer === problem.answer.text, tokens };
      results[index] = result;
      solved++;
      if (result.correct) correct++;
      onProgress?.(solved, correct);
    }
  };
  await Promise.all(Array.from({ length: sequences }, worker));
  return results;
}
