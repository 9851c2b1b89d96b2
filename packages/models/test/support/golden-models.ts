// What tools/golden/models.py made.

import { readFileSync } from "node:fs";
import type { HuggingFaceConfig } from "./checkpoint.js";

export interface GoldenModel {
  readonly name: string;
  readonly config: HuggingFaceConfig;
  readonly tokens: readonly number[];
  /** Logits of the last tokens, as {@link floats} reads them: with weights in float32, and rounded to bfloat16. */
  readonly f32: string;
  readonly bf16: string;
}

export const golden = JSON.parse(
  readFileSync(new URL("../golden/models.json", import.meta.url), "utf8"),
) as { readonly transformers: string; readonly cases: readonly GoldenModel[] };

export const floats = (base64: string) =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);

/** Tokens whose logits are there. */
export const WANTED = 4;
