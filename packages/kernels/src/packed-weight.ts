// What a packed weight is: the matrix of a linear layer as opaque bytes, laid out
// by the native floor so that one row and many rows read it front to back. A spec
// says which matrix the bytes hold; the bytes are a u8 parameter, state or value.

import { type Operand, type Spec, u8 } from "@ryanstream/tensor";
import { ensure, expectAttribute } from "./check.js";

/** The place in this list is the native code of the format. */
export const packedFormats = ["f32", "bf16", "f16", "int8", "int4", "nl4"] as const;

export type PackedFormat = (typeof packedFormats)[number];

export interface PackedWeightOptions {
  /** Outputs: rows of the matrix. */
  readonly n: number;
  /** Inputs: columns of the matrix. */
  readonly k: number;
  readonly format: PackedFormat;
  /** Inputs that share a scale, for `int8`, `int4` and `nl4`: 32, 64 or 128. Default: 32. */
  readonly group?: number;
  /** Whether each group has a zero point, for `int8` and `int4`. Default: false. */
  readonly zero?: boolean;
}

/** A matrix `[n, k]` in packed form, without its bytes. */
export interface PackedSpec {
  readonly n: number;
  readonly k: number;
  readonly format: PackedFormat;
  /** 0 for float formats. */
  readonly group: number;
  readonly zero: boolean;
  readonly byteLength: number;
  /** The type of the bytes: what `parameter()` or `state()` takes. */
  readonly type: Spec<"u8">;
}

/** A matrix `[n, k]` in packed form. */
export interface PackedWeight {
  readonly spec: PackedSpec;
  /** `u8[spec.byteLength]` */
  readonly bytes: Operand<"u8">;
  /** What is to be added to some columns: all of them, where {@link bytes} have zeros there. */
  readonly outliers?: OutlierColumns | undefined;
}

/** Parts of columns of a matrix `[n, k]` that matter too much for its format. */
export interface OutlierColumns {
  /** `i32[s]`: which they are, ascending; a run with others fails with `ERR_VALUE`. */
  readonly columns: Operand<"i32">;
  /** `[n, s]`, or wider: what is beyond `s` counts for nothing. */
  readonly weight: Pick<PackedWeight, "spec" | "bytes">;
}

/**
 * Describes a packed weight.
 *
 * An integer weight is `scale * (code - zero)`, with an f16 scale for each group of inputs of each output;
 * without zero points, `zero` is 128 (`int8`) or 8 (`int4`). A weight of `nl4` is `scale * table[code]` with the
 * 16 values of ggml's `IQ4_NL`, -127 to 113, which lie closer together where weights are many: the bytes and the
 * speed of `int4`, and less error. It has no zero points, and none of its values is 0.
 *
 * @throws `TensorError` `ERR_ATTRIBUTE` for a matrix that can't be packed so.
 *
 * @example
 * const spec = packedWeight({ n: 4096, k: 1024, format: "int4", group: 32 });
 * const up = { spec, bytes: parameter("up", spec.type) };
 */
export function packedWeight({
  n,
  k,
  format,
  group,
  zero = false,
}: PackedWeightOptions): PackedSpec {
  const integer = isInteger(format);
  expectAttribute(packedFormats.includes(format), () => `unknown packed format ${String(format)}`);
  for (const [name, size] of Object.entries({ n, k })) {
    expectAttribute(
      Number.isSafeInteger(size) && size >= 0 && size <= 2 ** 31,
      () => `packed weight: ${name} must be an integer from 0 to 2^31, found ${size}`,
    );
  }
  const inGroup = group ?? (integer ? 32 : 0);
  expectAttribute(integer ? [32, 64, 128].includes(inGroup) : inGroup === 0 && !zero, () =>
    integer
      ? `packed ${format}: expected a group of 32, 64 or 128, found ${inGroup}`
      : `packed ${format}: a float format has neither groups nor zero points`,
  );
  expectAttribute(
    !zero || format !== "nl4",
    () => "packed nl4: values of a table have no zero points",
  );
  const byteLength = packedBytes({ n, k, format, group: inGroup, zero });
  return Object.freeze({ n, k, format, group: inGroup, zero, byteLength, type: u8(byteLength) });
}

/** @internal The outlier columns of a weight, with as many outputs. */
export function outliersOf({ spec, outliers }: PackedWeight): OutlierColumns | undefined {
  if (outliers === undefined) return undefined;
  const { n } = outliers.weight.spec;
  ensure(
    n === spec.n,
    "ERR_SHAPE",
    () => `outlier columns: expected ${spec.n} outputs, as the weight has, found ${n}`,
  );
  return outliers;
}

/** @internal Whether weights are of one format and width, so that one form of the rows serves them all. */
export function alike(specs: readonly PackedSpec[]): boolean {
  const [first] = specs;
  return specs.every(
    (s) =>
      s.format === first?.format &&
      s.k === first.k &&
      s.group === first.group &&
      s.zero === first.zero,
  );
}

/** @internal Whether weights are codes in groups. */
export function isInteger(format: PackedFormat): boolean {
  return format === "int8" || format === "int4" || format === "nl4";
}

/** Outputs of a panel; the last one is padded. */
export const panelWidth = 32;

/** As `PackedShape::bytes()` in the native floor's `packed_layout.hpp`; a test holds the two together. */
function packedBytes({ n, k, format, group, zero }: Required<PackedWeightOptions>): number {
  const panels = Math.ceil(n / panelWidth);
  switch (format) {
    case "f32":
      return panels * k * panelWidth * 4;
    case "bf16":
    case "f16":
      return panels * k * panelWidth * 2;
    case "int8":
    case "int4":
    case "nl4": {
      const header = panelWidth * 2 * (zero ? 2 : 1);
      const codes = (panelWidth * group) / (format === "int8" ? 1 : 2);
      return panels * Math.ceil(k / group) * (header + codes);
    }
    default:
      return format satisfies never;
  }
}

/** Attributes of the native operations on packed weights. */
export type PackedAttributes = {
  readonly format: number;
  readonly n: number;
  readonly k: number;
  readonly group: number;
  readonly zero: boolean;
};

export const packedAttributeNames = ["format", "n", "k", "group", "zero"] as const;

/** @internal */
export function packedAttributes({ format, n, k, group, zero }: PackedSpec): PackedAttributes {
  return { format: packedFormats.indexOf(format), n, k, group, zero };
}

/** @internal The spec that attributes describe; throws for attributes that describe none. */
export function specOf({ format, n, k, group, zero }: PackedAttributes): PackedSpec {
  return packedWeight({ format: packedFormats[format] as PackedFormat, n, k, group, zero });
}
