// What training on the project's own data saves, for models of up to fifty million parameters.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type FlopSavings, flopSavings } from "@ryanstream/kernels";
import { abacus } from "@ryanstream/model-abacus";
import { createDecoder } from "@ryanstream/models";
import { type Batch, batches, type TokenDocument, type TokenSource } from "@ryanstream/pipeline";
import { dim, grad, i32, program, sum } from "@ryanstream/tensor";
import { Tokenizer } from "@ryanstream/tokenizer";
import { tokensOf } from "../../packages/ryanstream/src/train/data/documents.js";
import { parseRecipe } from "../../packages/ryanstream/src/train/recipe.js";

const RECIPE = "../../packages/model-abacus/recipes/abacus.json";
const TOKENS = 16_384;
const DOCUMENTS = 2000;

export async function* ownDataSavings(): AsyncGenerator<{ title: string; savings: FlopSavings }> {
  const path = fileURLToPath(new URL(RECIPE, import.meta.url));
  const recipe = parseRecipe(JSON.parse(await readFile(path, "utf8")));
  if (!("config" in recipe.model)) return;
  const tokenizer = await Tokenizer.load(abacus);
  const source = await problemsAsTokens(tokenizer);
  const own = { vocab_size: tokenizer.size, ...recipe.model.config };
  const sized = (hidden_size: number, num_hidden_layers: number, intermediate_size: number) => {
    const heads = { num_attention_heads: hidden_size / 64, num_key_value_heads: hidden_size / 64 };
    return { ...own, ...heads, hidden_size, num_hidden_layers, intermediate_size };
  };
  const models = [
    ["abacus", own, [512, 1024, 2048]],
    ["10M", sized(320, 8, 864), [512, 1024, 2048]],
    ["50M", sized(640, 10, 1728), [512, 1024, 2048]],
  ] as const;
  for (const [name, config, lengths] of models) {
    for (const length of lengths) {
      const rows = TOKENS / length;
      await using run = batches(source, { seed: 1, batch: rows, length, epochs: 1 });
      const { value } = await run.next();
      const { facts, lossTokens } = factsOf(value as Batch);
      using decoder = createDecoder({ ...config, max_position_embeddings: length }, { seed: 1 });
      const [full, compact] = [true, false].map((everywhere) => {
        const L = everywhere ? TOKENS : dim("losses", { max: TOKENS });
        const specs = {
          tokens: i32(rows, length),
          positions: i32(rows, length),
          segments: i32(TOKENS),
          places: i32(L),
          targets: i32(L),
        };
        using step = program(specs, ({ places, targets, ...inputs }) => {
          const loss = everywhere ? { targets } : { targets, places };
          const gradients = grad(sum(decoder.loss({ ...inputs, loss })), [
            ...decoder.parameters.values(),
          ]);
          return Object.fromEntries(gradients.map((each, i) => [`g${i}`, each]));
        });
        return step.cost(everywhere ? {} : { losses: lossTokens }, facts);
      });
      const count = (decoder.parameterCount / 1e6).toFixed(1);
      const share = ((100 * lossTokens) / TOKENS).toFixed(0);
      yield {
        title: `${name} (${count}M), problems packed into rows of ${length}, loss on ${share}%`,
        savings: flopSavings(
          full as NonNullable<typeof full>,
          compact as NonNullable<typeof compact>,
        ),
      };
    }
  }
}

async function problemsAsTokens(tokenizer: Tokenizer): Promise<TokenSource> {
  const documents: TokenDocument[] = [];
  const data = [{ type: "problems", seed: 1, from: 0, count: DOCUMENTS }] as const;
  for await (const each of tokensOf(data, tokenizer, undefined)) documents.push(each);
  const at = (i: number) => documents[i] as TokenDocument;
  return {
    fingerprint: "problems",
    lengths: () => Uint32Array.from(documents, ({ tokens }) => tokens.length),
    read: async (i, start, end) => Int32Array.from(at(i).tokens.subarray(start, end)),
    loss: (i) => at(i).loss ?? [[0, at(i).tokens.length]],
  };
}

/** Padding counts as a segment of its own, which is computed too. */
function factsOf({ pieces, length, targets, lossTokens }: Batch) {
  const segmentLengths = pieces.flatMap((row) => {
    const lengths = row.map((piece) => piece.length);
    const padding = length - lengths.reduce((sum, n) => sum + n, 0);
    return padding === 0 ? lengths : [...lengths, padding];
  });
  const promptLength = Math.round((targets.length - lossTokens) / segmentLengths.length);
  const facts = { segmentLengths, lossShare: lossTokens / targets.length, promptLength };
  return { facts, lossTokens };
}
