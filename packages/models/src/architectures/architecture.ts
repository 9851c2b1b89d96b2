// What a file of an architecture is: where a decoder of this kind differs from Llama's.

import type { GatedActivation } from "@ryanstream/kernels";
import type { DecoderConfig } from "../decoder-config.js";
import type { Fields } from "../fields.js";

/** What an architecture says of its models beyond their sizes. */
export interface Traits {
  /** Keys that a row of each layer sees at most; default: all, in every layer. */
  readonly windows?: readonly number[];
  /** Default: false. */
  readonly queryKeyNorm?: boolean;
  /** Projections that must have a bias. Default: none. */
  readonly biases?: DecoderConfig["biases"];
}

/** One architecture. A new one is a file with such an object, listed in `architectures/index.ts`. */
export interface Architecture {
  readonly name: string;
  /** `model_type` in Hugging Face's config.json. */
  readonly modelTypes: readonly string[];
  /** `general.architecture` in GGUF files. */
  readonly ggufNames: readonly string[];
  /** Whether GGUF files have rotated pairs as neighbours (llama.cpp's `LLAMA_ROPE_TYPE_NORM`). */
  readonly ggufInterleaved: boolean;
  /**
   * What fields of config.json are where the file lacks them, as transformers has them: files leave out what is the
   * default. A field of null is not one that is lacking. Default: sizes have to be there.
   */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** From config.json. */
  traits?(config: Fields, layers: number): Traits;
  /** From a GGUF file, without the architecture's name in front of keys. */
  ggufTraits?(metadata: Fields, layers: number): Traits;
}

const activations: Readonly<Record<string, GatedActivation>> = {
  silu: "swiglu",
  swish: "swiglu",
  gelu_pytorch_tanh: "geglu",
  relu: "reglu",
};

/** Hugging Face's `hidden_act`. */
export function activationOf(config: Fields): GatedActivation {
  const activation = activations[config.text("hidden_act", "silu")];
  return activation ?? config.refuse("hidden_act", `one of ${Object.keys(activations).join(", ")}`);
}

/** The window of layers whose `layer_types` say so, or of those that `slides` names. */
export function windowsOf(
  config: Fields,
  layers: number,
  slides: (layer: number) => boolean,
): number[] {
  const window = config.has("sliding_window") ? config.count("sliding_window") : 0;
  const types = config.raw("layer_types");
  if (types !== undefined && (!Array.isArray(types) || types.length !== layers)) {
    config.refuse("layer_types", `a list of ${layers}`);
  }
  return Array.from({ length: layers }, (_, i) => {
    if (types === undefined) return slides(i) ? window : 0;
    const type = (types as unknown[])[i];
    if (type === "full_attention") return 0;
    if (type === "sliding_attention" && window > 0) return window;
    return config.refuse("layer_types", '"full_attention" or "sliding_attention" with a window');
  });
}

/** The biases that `attention_bias` promises. */
export function attentionBiasesOf(config: Fields): DecoderConfig["biases"] {
  return config.boolean("attention_bias", false) ? ["query", "key", "value", "output"] : [];
}
