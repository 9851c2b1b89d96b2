// The scripts that pre-tokenizer patterns name.

import { SCRIPT_NAMES, SCRIPTS } from "./data.js";
import { rangesWhere } from "./properties.js";
import type { Ranges } from "./ranges.js";
import { unpack } from "./unpack.js";

/** The code points of a script ("han", in lower case), or undefined for one that this package does not have. */
export function scriptRanges(name: string): Ranges | undefined {
  const wanted = SCRIPT_NAMES.findIndex((script) => script.toLowerCase() === name) + 1;
  if (wanted === 0) return undefined;
  const packed = unpack(SCRIPTS);
  const scripts: number[] = [];
  for (let i = 0; i < packed.length; i += 2) {
    for (let more = packed[i + 1] as number; more >= 0; more--) scripts.push(packed[i] as number);
  }
  return rangesWhere((script) => script === wanted, scripts);
}
