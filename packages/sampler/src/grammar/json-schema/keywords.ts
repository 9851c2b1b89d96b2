// The keywords of JSON Schema 2020-12: which say something, which don't, and
// where subschemas are.

import { ensure, SamplerError } from "../../errors.js";

const DRAFT_7 = "http://json-schema.org/draft-07/schema";

const ONE = [
  "additionalProperties",
  "propertyNames",
  "items",
  "contains",
  "not",
  "if",
  "then",
  "else",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

export const NUMBER_KEYWORDS: readonly string[] = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
];
const COUNTS = [
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minContains",
  "maxContains",
  "minProperties",
  "maxProperties",
];
const OTHERS = [
  "type",
  "enum",
  "const",
  "pattern",
  "uniqueItems",
  "required",
  "dependentRequired",
  "format",
  "$ref",
  "$dynamicRef",
];

/** They say nothing about what is valid. */
const ANNOTATIONS = [
  "$schema",
  "$id",
  "$anchor",
  "$dynamicAnchor",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
];

/** Drafts whose keywords mean the same as in 2020-12, as far as they are supported. */
const DRAFTS = [
  "https://json-schema.org/draft/2020-12/schema",
  "https://json-schema.org/draft/2019-09/schema",
  DRAFT_7,
];

const KNOWN = new Set([
  ...ONE,
  ...LISTS,
  ...MAPS,
  ...NUMBER_KEYWORDS,
  ...COUNTS,
  ...OTHERS,
  ...ANNOTATIONS,
]);

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isStrings = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const FORMS: readonly (readonly [
  keywords: readonly string[],
  expected: string,
  fits: (value: unknown) => boolean,
])[] = [
  [LISTS, "a list of schemas", (v) => Array.isArray(v) && v.length > 0],
  [MAPS, "an object of schemas", isObject],
  [NUMBER_KEYWORDS, "a number", (v) => typeof v === "number" && Number.isFinite(v)],
  [["multipleOf"], "a number above 0", (v) => (v as number) > 0],
  [COUNTS, "an integer of at least 0", (v) => Number.isSafeInteger(v) && (v as number) >= 0],
  [["enum"], "a list", Array.isArray],
  [["pattern", "$ref", "$dynamicRef"], "a string", (v) => typeof v === "string"],
  [["uniqueItems"], "true or false", (v) => typeof v === "boolean"],
  [["required"], "a list of strings", isStrings],
  [
    ["dependentRequired"],
    "an object of lists of strings",
    (v) => isObject(v) && Object.values(v).every(isStrings),
  ],
];

/** Whether a schema is of draft 7, which ignores what stands beside `$ref`. */
export function isDraft7(schema: unknown): boolean {
  if (!isObject(schema) || schema["$schema"] === undefined) return false;
  const draft = String(schema["$schema"]).replace(/#$/, "");
  ensure(
    DRAFTS.includes(draft),
    "ERR_UNSUPPORTED",
    () => `/$schema: expected one of ${DRAFTS.join(", ")}, found ${draft}`,
  );
  return draft === DRAFT_7;
}

/** @throws SamplerError `ERR_UNSUPPORTED` for a keyword that isn't known, `ERR_GRAMMAR` for a value that can't be */
export function checkKeywords(schema: Schema, pointer: string, draft7: boolean): void {
  if (draft7 && schema["$ref"] !== undefined) {
    const beside = Object.keys(schema).find((key) => key !== "$ref" && !ANNOTATIONS.includes(key));
    ensure(
      beside === undefined || MAPS.slice(3).includes(beside),
      "ERR_UNSUPPORTED",
      () => `${pointer}/${beside}: draft 7 ignores what stands beside $ref`,
    );
  }
  for (const keyword of Object.keys(schema)) {
    if (!KNOWN.has(keyword) && !keyword.startsWith("x-")) {
      throw new SamplerError(
        "ERR_UNSUPPORTED",
        `${pointer}/${keyword}: no such keyword is supported`,
      );
    }
    for (const [keywords, expected, fits] of FORMS) {
      ensure(
        !keywords.includes(keyword) || fits(schema[keyword]),
        "ERR_GRAMMAR",
        () =>
          `${pointer}/${keyword}: expected ${expected}, found ${JSON.stringify(schema[keyword])}`,
      );
    }
  }
}

export function subschemas(
  schema: Schema,
  pointer: string,
): { readonly path: readonly string[]; readonly value: unknown }[] {
  const found: { path: string[]; value: unknown }[] = [];
  for (const keyword of ONE) {
    if (schema[keyword] === undefined) continue;
    if (keyword === "items" && Array.isArray(schema[keyword])) {
      throw new SamplerError(
        "ERR_UNSUPPORTED",
        `${pointer}/items: a list of schemas is called prefixItems since draft 2020-12`,
      );
    }
    found.push({ path: [keyword], value: schema[keyword] });
  }
  for (const keyword of [...LISTS, ...MAPS]) {
    const inner = schema[keyword];
    if (inner === undefined) continue;
    for (const [key, value] of Object.entries(inner as object)) {
      found.push({ path: [keyword, key], value });
    }
  }
  return found;
}
