// The scripts that pre-tokenizer patterns name.

import { SCRIPTS } from "./data.js";
import { type Ranges, unpackRanges } from "./packed.js";

const scripts = new Map<string, Ranges>();

/** The code points of a script ("Han"), or undefined for one that this package does not have. */
export function scriptRanges(name: string): Ranges | undefined {
  let ranges = scripts.get(name);
  if (ranges === undefined && Object.hasOwn(SCRIPTS, name)) {
    ranges = unpackRanges(SCRIPTS[name] as string);
    scripts.set(name, ranges);
  }
  return ranges;
}

/** Names that {@link scriptRanges} knows. */
export const SCRIPT_NAMES: readonly string[] = Object.keys(SCRIPTS);
