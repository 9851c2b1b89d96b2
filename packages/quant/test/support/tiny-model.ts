// A small model of the shape that the quantiser asks for, in plain TypeScript and double precision: layers that mix a
// sequence causally and position by position.

import type {
  KeptTensor,
  LayerPass,
  MatrixInput,
  QuantizableMatrix,
  QuantizableModel,
  Replacements,
} from "../../src/index.js";
import { gaussians } from "./random.js";

export interface TinyOptions {
  readonly layers?: number;
  readonly width?: number;
  readonly hidden?: number;
  readonly vocabulary?: number;
  readonly tied?: boolean;
  readonly seed?: number;
}

type Inputs = (input: MatrixInput, x: Float32Array, rows: number) => void | Promise<void>;

export class TinyModel implements QuantizableModel {
  readonly layers: number;
  readonly vocabularySize: number;
  readonly matrices: readonly QuantizableMatrix[];
  readonly kept: readonly KeptTensor[];
  readonly parameters: number;
  readonly weights = new Map<string, Float32Array>();
  /** Matrices that were read, and the most that were read since {@link forget}, without those collected in between. */
  reads: string[] = [];
  advances = 0;
  readonly width: number;
  readonly tied: boolean;

  constructor({
    layers = 2,
    width = 32,
    hidden = 64,
    vocabulary = 48,
    tied = false,
    seed = 1,
  }: TinyOptions = {}) {
    this.layers = layers;
    this.width = width;
    this.vocabularySize = vocabulary;
    this.tied = tied;
    const matrices: QuantizableMatrix[] = [
      {
        name: "embed",
        shape: [vocabulary, width],
        kind: "embedding",
        layer: undefined,
        input: undefined,
      },
    ];
    for (let layer = 0; layer < layers; layer++) {
      const add = (
        name: string,
        shape: [number, number],
        kind: "attention" | "ffn",
        input: MatrixInput,
      ) => matrices.push({ name: `layers.${layer}.${name}`, shape, kind, layer, input });
      add("in", [width, width], "attention", "attention-in");
      add("out", [width, width], "attention", "attention-out");
      add("up", [hidden, width], "ffn", "ffn-in");
      add("down", [width, hidden], "ffn", "ffn-out");
    }
    if (!tied)
      matrices.push({
        name: "head",
        shape: [vocabulary, width],
        kind: "head",
        layer: undefined,
        input: undefined,
      });
    this.matrices = matrices;
    this.kept = [{ name: "norm", dtype: "F32", shape: [width] }];
    const random = gaussians(seed);
    for (const {
      name,
      shape: [n, k],
    } of matrices) {
      this.weights.set(
        name,
        Float32Array.from({ length: n * k }, () => random() / Math.sqrt(k)),
      );
    }
    this.parameters = matrices.reduce((sum, { shape: [n, k] }) => sum + n * k, width);
  }

  async readMatrix(name: string): Promise<Float32Array> {
    this.reads.push(name);
    return this.#weight(name).slice();
  }

  async readKept(): Promise<Uint8Array> {
    return new Uint8Array(new Float32Array(this.width).fill(1).buffer);
  }

  async begin(
    sequences: readonly Int32Array[],
    { replace }: { readonly replace?: Replacements | undefined } = {},
  ): Promise<LayerPass> {
    const embed = this.#weight("embed", replace);
    const hidden = sequences.map((ids) => {
      const rows = new Float64Array(ids.length * this.width);
      ids.forEach((id, t) => {
        rows.set(embed.subarray(id * this.width, (id + 1) * this.width), t * this.width);
      });
      return rows;
    });
    return new TinyPass(this, hidden, 0);
  }

  #weight(name: string, replace?: Replacements): Float32Array {
    return replace?.get(name) ?? (this.weights.get(name) as Float32Array);
  }

  async run(
    layer: number,
    hidden: Float64Array[],
    replace: Replacements | undefined,
    onInput?: Inputs,
  ) {
    this.advances++;
    const weight = (name: string) => this.#weight(`layers.${layer}.${name}`, replace);
    const width = this.width;
    for (const x of hidden) {
      const normed = normalized(x, width);
      await onInput?.("attention-in", Float32Array.from(normed), x.length / width);
      const mixed = causalMean(product(normed, weight("in"), width), width);
      await onInput?.("attention-out", Float32Array.from(mixed), x.length / width);
      addTo(x, product(mixed, weight("out"), width));
      const middle = normalized(x, width);
      await onInput?.("ffn-in", Float32Array.from(middle), x.length / width);
      const active = product(middle, weight("up"), width).map((v) => Math.max(0, v));
      const hiddenWidth = weight("up").length / width;
      await onInput?.("ffn-out", Float32Array.from(active), x.length / width);
      addTo(x, product(active, weight("down"), hiddenWidth));
    }
  }

  head(replace: Replacements | undefined): Float32Array {
    return this.#weight(this.tied ? "embed" : "head", replace);
  }
}

class TinyPass implements LayerPass {
  readonly tokens: number;

  constructor(
    readonly model: TinyModel,
    readonly hidden: Float64Array[],
    public layer: number,
  ) {
    this.tokens = hidden.reduce((sum, rows) => sum + rows.length / model.width, 0);
  }

  fork(): LayerPass {
    return new TinyPass(
      this.model,
      this.hidden.map((rows) => rows.slice()),
      this.layer,
    );
  }

  async advance({ replace, onInput }: Parameters<LayerPass["advance"]>[0] = {}): Promise<void> {
    await this.model.run(this.layer, this.hidden, replace, onInput);
    this.layer++;
  }

  async *logits({ replace, onInput }: Parameters<LayerPass["logits"]>[0] = {}) {
    for (const rows of this.hidden) {
      const x = normalized(rows, this.model.width);
      await onInput?.(Float32Array.from(x), x.length / this.model.width);
      yield Float32Array.from(product(x, this.model.head(replace), this.model.width));
    }
  }

  [Symbol.dispose](): void {}
}

function product(x: Float64Array, w: Float32Array, inner: number): Float64Array {
  const [rows, outputs] = [x.length / inner, w.length / inner];
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) {
        sum += (x[r * inner + i] as number) * (w[o * inner + i] as number);
      }
      y[r * outputs + o] = sum;
    }
  }
  return y;
}

function normalized(x: Float64Array, width: number): Float64Array {
  const y = x.slice();
  for (let r = 0; r < x.length; r += width) {
    const row = y.subarray(r, r + width);
    const square = row.reduce((sum, v) => sum + v * v, 0) / width;
    // Gains that differ make inputs skewed, as those of trained models are.
    for (let i = 0; i < width; i++)
      row[i] = ((row[i] as number) / Math.sqrt(square + 1e-6)) * 2 ** (((i * 7) % 5) - 2);
  }
  return y;
}

function causalMean(x: Float64Array, width: number): Float64Array {
  const y = x.slice();
  for (let r = width; r < x.length; r += width) {
    for (let i = 0; i < width; i++)
      y[r + i] = 0.5 * (y[r + i] as number) + 0.5 * (y[r - width + i] as number);
  }
  return y;
}

function addTo(x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + (y[i] as number);
}

/** Sequences of random tokens. */
export function sequences(
  count: number,
  length: number,
  vocabulary: number,
  seed: number,
): Int32Array[] {
  let state = seed * 2654435761;
  return Array.from({ length: count }, () =>
    Int32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * vocabulary);
    }),
  );
}
