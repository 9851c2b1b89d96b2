// The arrays that steps write logits to. What nobody reads any more takes a later step's:
// a row of a large vocabulary is half a megabyte, and new memory costs more than a copy.

/** The array of one step, which each append with rows in it holds. */
export class StepLogits {
  #holders: number;
  readonly #onFree: (array: Float32Array) => void;

  constructor(
    readonly array: Float32Array,
    holders: number,
    onFree: (array: Float32Array) => void,
  ) {
    this.#holders = holders;
    this.#onFree = onFree;
  }

  /** To be called once by each holder that will not read it any more. */
  release(): void {
    this.#holders--;
    if (this.#holders === 0) this.#onFree(this.array);
  }
}

/** How many times larger than a step's logits the array may be that takes them: who keeps a row keeps it whole. */
const MOST_TIMES = 4;

export class LogitsMemory {
  #spare: Float32Array | undefined;
  /** What the step that runs was given a part of. */
  #taken: Float32Array | undefined;

  /** Memory for `length` numbers that nobody reads, if there is some; what doesn't fit is given up. */
  take(length: number): Float32Array | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    const fits = spare && spare.length >= length && spare.length <= MOST_TIMES * length;
    this.#taken = fits ? spare : undefined;
    return this.#taken?.subarray(0, length);
  }

  /** The array of a step, held by `holders`. */
  held(array: Float32Array, holders: number): StepLogits {
    const whole = this.#taken?.buffer === array.buffer ? this.#taken : array;
    this.#taken = undefined;
    return new StepLogits(whole, holders, (free) => this.#keep(free));
  }

  #keep(free: Float32Array): void {
    // The length is 0 where somebody transferred it.
    if (free.length > (this.#spare?.length ?? 0)) this.#spare = free;
  }
}
