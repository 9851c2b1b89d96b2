// What a regular expression is parsed to.

import type { Ranges } from "../characters/ranges.js";

export type Regex =
  | { readonly kind: "characters"; readonly set: Ranges }
  | { readonly kind: "sequence"; readonly items: readonly Regex[] }
  | { readonly kind: "choice"; readonly items: readonly Regex[] }
  | { readonly kind: "repeat"; readonly item: Regex; readonly min: number; readonly max: number }
  | { readonly kind: "start" }
  | { readonly kind: "end" };
