// The worker: holds the tokenizer and answers the page, which therefore never waits.

import { MathTokenizer, TokenizerError } from "../src/index.js";
import { trainDemo } from "./demo.js";
import { encodeFor } from "./encode.js";
import { loadFile } from "./load-file.js";
import type { CallName, Calls, Fault, Request, Response, VocabularyFacts } from "./messages.js";

let tokenizer: MathTokenizer | undefined;

function loaded(): MathTokenizer {
  if (tokenizer === undefined) throw new Error("no vocabulary is loaded");
  return tokenizer;
}

/** Puts a tokenizer in the place of the one before; a failure leaves that where it is. */
async function replace(make: () => Promise<MathTokenizer>): Promise<VocabularyFacts> {
  const start = performance.now();
  tokenizer = await make();
  const { definition, size } = tokenizer;
  return {
    size,
    model: definition.model.type,
    specialTokens: definition.addedTokens.filter(({ special }) => special).length,
    hasTemplate: tokenizer.encodeIds("").length > 0,
    time: performance.now() - start,
  };
}

const answers: {
  [Name in CallName]: (
    ask: Calls[Name]["ask"],
  ) => Calls[Name]["answer"] | Promise<Calls[Name]["answer"]>;
} = {
  demo: () => replace(async () => new MathTokenizer(await trainDemo())),
  load: ({ file, tiktoken }) => replace(() => loadFile(file, tiktoken)),
  encode: ({ text, settings }) => encodeFor(loaded(), text, settings),
  decode: ({ ids, skipSpecialTokens }) => ({
    text: loaded().decode(ids, { skipSpecialTokens }),
    bytes: loaded().decodeBytes(ids, { skipSpecialTokens }).length,
  }),
  compile: () => loaded().compile().slice(),
};

function toFault(error: unknown): Fault {
  if (error instanceof TokenizerError) return { code: error.code, message: error.message };
  const { name, message } = error instanceof Error ? error : { name: "Error", message: `${error}` };
  return { code: name, message };
}

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  const { number, name, ask } = data;
  let response: Response;
  try {
    const answer = await (answers[name] as (ask: unknown) => unknown)(ask);
    response = { number, answer };
  } catch (error) {
    response = { number, fault: toFault(error) };
  }
  postMessage(response);
});
