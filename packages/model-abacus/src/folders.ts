// Where the files of the models are.

import { fileURLToPath } from "node:url";

/**
 * The folder of `abacus`, as `loadModel` and `Tokenizer.load` take it.
 *
 * @example
 * using model = await loadModel(abacus);
 */
export const abacus: string = fileURLToPath(new URL("../abacus", import.meta.url));

/** The folder of a much smaller model of the same tokenizer: a draft for speculative decoding. */
export const abacusDraft: string = fileURLToPath(new URL("../draft", import.meta.url));
