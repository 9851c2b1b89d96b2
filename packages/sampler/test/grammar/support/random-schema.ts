// Random schemas of a few keywords each, and random values near what they allow.

import fc from "fast-check";

const KEYS = ["a", "b", "ab"];
const key = fc.constantFrom(...KEYS);
const small = fc.nat(3);
const scalar = fc.constantFrom(null, true, false, 0, 1, -2, 0.5, 10, "", "a", "ab", "bb", '"', "é");

const numberKeywords = fc.oneof(
  fc.record({ minimum: fc.constantFrom(-2, 0, 0.5, 9) }),
  fc.record({ maximum: fc.constantFrom(-1, 0, 1.5, 10) }),
  fc.record({ exclusiveMinimum: fc.constantFrom(-2, 0.25, 1) }),
  fc.record({ exclusiveMaximum: fc.constantFrom(0, 10) }),
  fc.record({ multipleOf: fc.constantFrom(1, 2, 0.5, 3) }),
);
const stringKeywords = fc.oneof(
  fc.record({ minLength: small }),
  fc.record({ maxLength: small }),
  fc.record({ pattern: fc.constantFrom("a", "^a", "b$", "^(a|b)*$", "[^a]", "^.$", "(^a|b$)") }),
);

export function schemas(depth: number): fc.Arbitrary<object | boolean> {
  const base = fc.oneof(
    fc.record({
      type: fc.constantFrom("null", "boolean", "number", "integer", "string", "array", "object"),
    }),
    fc.record({ type: fc.constant(["string", "integer"]) }),
    fc.record({ const: scalar }),
    fc.record({ enum: fc.array(scalar, { minLength: 1, maxLength: 3 }) }),
    numberKeywords,
    stringKeywords,
    fc.record({ minItems: small }),
    fc.record({ maxItems: small }),
    fc.record({ required: fc.uniqueArray(key, { maxLength: 2 }) }),
    fc.record({ maxProperties: small }),
    fc.record({ minProperties: fc.nat(1) }),
    fc.record({ dependentRequired: fc.dictionary(key, fc.array(key, { maxLength: 2 })) }),
  );
  if (depth === 0) return fc.oneof({ weight: 8, arbitrary: base }, fc.boolean());
  const inner = schemas(depth - 1);
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const nested = fc.oneof(
    fc.record({ allOf: list }),
    fc.record({ anyOf: list }),
    fc.record({ oneOf: list }),
    fc.record({ not: inner }),
    fc.tuple(inner, inner, inner).map((parts) => conditional(...parts)),
    fc.record({ items: inner }),
    fc.record({ prefixItems: list, items: inner }),
    fc.record({ contains: inner }),
    fc.record({ contains: inner, minContains: small, maxContains: small }),
    fc.record({ properties: fc.dictionary(key, inner) }),
    fc.record({ properties: fc.dictionary(key, inner), additionalProperties: inner }),
    fc.record({ patternProperties: fc.dictionary(fc.constantFrom("a", "^b"), inner) }),
    fc.record({ propertyNames: stringKeywords }),
  );
  return fc
    .array(fc.oneof(base, nested), { minLength: 1, maxLength: 3 })
    .map((parts) => Object.assign({}, ...parts));
}

function conditional(condition: unknown, yes: unknown, no: unknown): object {
  const keywords = ["if", "then", "else"];
  return Object.fromEntries([condition, yes, no].map((schema, i) => [keywords[i], schema]));
}

export const instances: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom(...KEYS, "c"), tie("value"), { maxKeys: 3 }),
    },
  ),
})).value;
