import { argmax, dim, exp, f32, logSoftmax, mul, program, sub, sum } from "@ryanstream/tensor";
import { ensure } from "../errors.js";
import type { LayerPass, Replacements } from "../quantizable-model.js";

export interface Divergence {
  /** Kullback-Leibler divergence from the reference, in nats a token. */
  readonly kl: number;
  /** Share of tokens after which both prefer the same next one. */
  readonly sameTop: number;
}

/** Rows compared at a time. */
const ROWS = 64;

/** Compares the logits of two passes that are after the last layer. */
export class Comparison implements Disposable {
  readonly #program;
  readonly #vocabulary: number;

  constructor(vocabulary: number) {
    const rows = dim("rows", { max: ROWS });
    this.#vocabulary = vocabulary;
    this.#program = program({ a: f32(rows, vocabulary), b: f32(rows, vocabulary) }, ({ a, b }) => {
      const [p, q] = [logSoftmax(a), logSoftmax(b)];
      return {
        kl: sum(mul(exp(p), sub(p, q)), { axes: -1 }),
        first: argmax(a),
        second: argmax(b),
      };
    });
  }

  async compare(
    reference: LayerPass,
    pass: LayerPass,
    replace: Replacements | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Divergence> {
    const ours = chunks(pass.logits({ replace, signal }), ROWS * this.#vocabulary);
    let kl = 0;
    let same = 0;
    let tokens = 0;
    for await (const a of chunks(reference.logits({ signal }), ROWS * this.#vocabulary)) {
      const { value: b } = await ours.next();
      if (b === undefined || b.length !== a.length) throw new Error("passes of different tokens");
      const rows = await this.#program.run({ a, b });
      for (const part of rows.kl) kl += part;
      for (let i = 0; i < rows.first.length; i++) if (rows.first[i] === rows.second[i]) same++;
      tokens += rows.kl.length;
    }
    await ours.return(undefined);
    ensure(
      Number.isFinite(kl),
      "ERR_VALUE",
      () => `expected finite logits on the sensitivity tokens, found a divergence of ${kl}`,
    );
    return { kl: Math.max(0, kl / tokens), sameTop: same / tokens };
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

/** Arrays of any lengths as arrays of `length`, the last of which may be shorter. */
async function* chunks(
  arrays: AsyncIterable<Float32Array>,
  length: number,
): AsyncGenerator<Float32Array, undefined, undefined> {
  let held = new Float32Array(length);
  let used = 0;
  for await (const array of arrays) {
    for (let at = 0; at < array.length; ) {
      const count = Math.min(length - used, array.length - at);
      held.set(array.subarray(at, at + count), used);
      used += count;
      at += count;
      if (used < length) continue;
      yield held;
      held = new Float32Array(length);
      used = 0;
    }
  }
  if (used > 0) yield held.subarray(0, used);
  return undefined;
}
