// What a file may ask for before it is refused. The defaults are far above every
// published model, and far below what would hurt.

import { FormatError } from "./errors.js";

export interface Limits {
  /** Bytes of one file's header or of an index; default 100,000,000, as in safetensors itself. */
  readonly maxHeaderBytes: number;
  /** Tensors of one source; default 500,000. */
  readonly maxTensors: number;
  /** Entries of the metadata, and arrays nested in it; default 65,536. */
  readonly maxMetadata: number;
  /** Levels of arrays in GGUF metadata; default 4. */
  readonly maxArrayDepth: number;
  /** Files of one source; default 4,096. */
  readonly maxFiles: number;
}

const defaults: Limits = {
  maxHeaderBytes: 100_000_000,
  maxTensors: 500_000,
  maxMetadata: 65_536,
  maxArrayDepth: 4,
  maxFiles: 4096,
};

/** @throws FormatError `ERR_ARGUMENT` for a limit that is not a positive integer, or unknown. */
export function withDefaults(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new FormatError("ERR_ARGUMENT", {
        expected: `a limit among ${Object.keys(defaults).join(", ")}`,
        found: name,
      });
    }
    if (value !== undefined && !(Number.isInteger(value) && value > 0 && value < 2 ** 32)) {
      throw new FormatError("ERR_ARGUMENT", {
        expected: `an integer from 1 to 2^32 - 1 as limits.${name}`,
        found: value,
      });
    }
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}
