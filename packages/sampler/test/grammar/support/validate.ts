// Says whether a value is valid by a schema, keyword by keyword as the
// specification has them: the plain reading that grammars are held against.

type Schema = boolean | { readonly [keyword: string]: unknown };

const same = (a: unknown, b: unknown): boolean => {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => Object.hasOwn(y, key) && same(x[key], y[key]))
  );
};

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

const isMultiple = (value: number, step: number): boolean =>
  Math.abs(value / step - Math.round(value / step)) < 1e-9;

type Check = (argument: never, value: never, schema: Record<string, unknown>) => boolean;

const anyType: Record<string, Check> = {
  type: (types: string | string[], value: unknown) =>
    [types]
      .flat()
      .some((type) => (type === "integer" ? Number.isInteger(value) : type === typeOf(value))),
  const: (wanted: unknown, value: unknown) => same(wanted, value),
  enum: (wanted: unknown[], value: unknown) => wanted.some((one) => same(one, value)),
  allOf: (list: Schema[], value: unknown) => list.every((s) => validate(s, value)),
  anyOf: (list: Schema[], value: unknown) => list.some((s) => validate(s, value)),
  oneOf: (list: Schema[], value: unknown) => list.filter((s) => validate(s, value)).length === 1,
  not: (schema: Schema, value: unknown) => !validate(schema, value),
  if: (schema: Schema, value: unknown, all) =>
    validate((all[validate(schema, value) ? "then" : "else"] as Schema | undefined) ?? true, value),
};

const byType: Record<string, Record<string, Check>> = {
  number: {
    minimum: (bound: number, value: number) => value >= bound,
    maximum: (bound: number, value: number) => value <= bound,
    exclusiveMinimum: (bound: number, value: number) => value > bound,
    exclusiveMaximum: (bound: number, value: number) => value < bound,
    multipleOf: (step: number, value: number) => isMultiple(value, step),
  },
  string: {
    minLength: (bound: number, value: string) => [...value].length >= bound,
    maxLength: (bound: number, value: string) => [...value].length <= bound,
    pattern: (pattern: string, value: string) => new RegExp(pattern, "u").test(value),
  },
  array: {
    minItems: (bound: number, value: unknown[]) => value.length >= bound,
    maxItems: (bound: number, value: unknown[]) => value.length <= bound,
    prefixItems: (list: Schema[], value: unknown[]) =>
      list.every((s, i) => i >= value.length || validate(s, value[i])),
    items: (schema: Schema, value: unknown[], all) =>
      value
        .slice(((all["prefixItems"] as unknown[] | undefined) ?? []).length)
        .every((item) => validate(schema, item)),
    contains: (schema: Schema, value: unknown[], all) => {
      const count = value.filter((item) => validate(schema, item)).length;
      const { minContains = 1, maxContains = Number.POSITIVE_INFINITY } = all;
      return count >= (minContains as number) && count <= (maxContains as number);
    },
  },
  object: {
    required: (keys: string[], value: object) => keys.every((key) => Object.hasOwn(value, key)),
    minProperties: (bound: number, value: object) => Object.keys(value).length >= bound,
    maxProperties: (bound: number, value: object) => Object.keys(value).length <= bound,
    properties: (schemas: Record<string, Schema>, value: Record<string, unknown>) =>
      Object.entries(schemas).every(
        ([key, s]) => !Object.hasOwn(value, key) || validate(s, value[key]),
      ),
    patternProperties: (schemas: Record<string, Schema>, value: object) =>
      Object.entries(schemas).every(([pattern, s]) =>
        Object.entries(value).every(
          ([key, inner]) => !new RegExp(pattern, "u").test(key) || validate(s, inner),
        ),
      ),
    additionalProperties: (schema: Schema, value: object, all) =>
      Object.entries(value).every(
        ([key, inner]) =>
          Object.hasOwn((all["properties"] as object | undefined) ?? {}, key) ||
          Object.keys((all["patternProperties"] as object | undefined) ?? {}).some((pattern) =>
            new RegExp(pattern, "u").test(key),
          ) ||
          validate(schema, inner),
      ),
    propertyNames: (schema: Schema, value: object) =>
      Object.keys(value).every((key) => validate(schema, key)),
    dependentRequired: (needs: Record<string, string[]>, value: object) =>
      Object.entries(needs).every(
        ([key, others]) =>
          !Object.hasOwn(value, key) || others.every((other) => Object.hasOwn(value, other)),
      ),
  },
};

export function validate(schema: Schema, value: unknown): boolean {
  if (typeof schema === "boolean") return schema;
  const checks = { ...anyType, ...byType[typeOf(value)] };
  return Object.entries(schema).every(([keyword, argument]) => {
    const check = checks[keyword] as
      | ((a: unknown, v: unknown, s: Record<string, unknown>) => boolean)
      | undefined;
    return check === undefined || check(argument, value, schema as Record<string, unknown>);
  });
}
