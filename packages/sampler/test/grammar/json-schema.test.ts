import { describe, expect, it } from "vitest";
import { compileGrammar, type JsonSchemaOptions, Vocabulary } from "../../src/index.js";

const vocabulary = new Vocabulary({ tokens: [undefined], endTokens: [0] });
const compile = (schema: unknown, options: JsonSchemaOptions = {}) =>
  compileGrammar({ type: "json-schema", schema, ...options }, vocabulary);

async function check(
  schema: unknown,
  match: readonly string[],
  others: readonly string[],
  options: JsonSchemaOptions = {},
): Promise<void> {
  const grammar = await compile(schema, options);
  for (const text of match) expect([text, grammar.matches(text)]).toEqual([text, true]);
  for (const text of others) expect([text, grammar.matches(text)]).toEqual([text, false]);
}

describe("JSON text", () => {
  it("is any JSON where nothing is asked", () =>
    check(
      true,
      ["0", "-1.5e+10", '"a\\n\\u00e9\\ud83d\\ude00é"', "[]", '{ "a" : [ 1 ,\n{ } ] }', "null"],
      ["", "01", "1.", "+1", '"\n"', '"\\x"', '"\\ud800"', "[1,]", "{a:1}", "nul", " 1"],
    ));

  it("has space between its parts, or none", async () => {
    const schema = { type: "array", items: { type: "null" } };
    await check(schema, ["[null,null]", "[ null\t, null ]"], []);
    await check(schema, ["[null,null]"], ["[ null]", "[null, null]"], { whitespace: "none" });
  });

  it("has named properties in their order, and others after them", () =>
    check(
      { properties: { a: {}, b: {} }, required: ["b", "c"], type: "object" },
      ['{"b":1,"c":2}', '{"a":0,"b":1,"c":2,"x":3,"y":4}'],
      ['{"b":1}', '{"b":1,"a":0,"c":2}', '{"a":0,"c":2}', '{"b":1,"c":2,"a":0}'],
    ));

  it("doesn't let a named property come back, however it is spelled", () =>
    check(
      { properties: { a: { type: "null" } } },
      ['{"a":null}', '{"b":1}'],
      ['{"a":1}', '{"b":1,"a":1}', '{"\\u0061":1}'],
    ));

  it("spells strings of which something is asked as JSON.stringify does", () =>
    check({ pattern: "^.+$" }, ['"é\\"\\\\\\t/"', '"\\u0001"'], ['"\\u00e9"', '"\\/"', '""']));

  it("writes integers without a fraction, and bounded numbers without an exponent", async () => {
    await check({ type: "integer" }, ["0", "-12", "10"], ["1.0", "1e1", "01"]);
    await check(
      { minimum: -0.25, maximum: 10 },
      ["-0.25", "-0", "10.00", "9.99", '"x"'],
      ["-0.26", "10.01", "1e0", "11"],
    );
    await check(
      { exclusiveMinimum: 1e21 },
      ["1000000000000000000000.5"],
      ["1000000000000000000000"],
    );
    await check({ multipleOf: 0.05 }, ["0.1", "3.350", "7"], ["0.01", "3.3501"]);
    await check(
      { type: "integer", multipleOf: 7, minimum: 15 },
      ["21", "700"],
      ["14", "22", "-21"],
    );
  });

  it("has values of enum and const in any spelling of their numbers", async () => {
    await check(
      { enum: [1, 2.5, 0, -3] },
      ["1", "2.5", "2.500", "0", "-0", "-3"],
      ["-1", "2.51", "3", "25"],
    );
    await check(
      { const: { a: [1, { b: null }] } },
      ['{"a":[1,{"b":null}]}'],
      ['{"a":[1]}', '{"a":[1,{"b":null},2]}'],
    );
    await check(
      { enum: Array.from({ length: 2000 }, (_, i) => i * 3) },
      ["0", "2997", "5997"],
      ["1", "6000"],
    );
  });

  it("may be recursive", () =>
    check(
      {
        $defs: {
          node: {
            type: "object",
            properties: { next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
            required: ["next"],
            additionalProperties: false,
          },
        },
        $ref: "#/$defs/node",
      },
      ['{"next":null}', '{"next":{"next":{"next":null}}}'],
      ["null", '{"next":{}}', '{"next":{"next":null}'],
    ));

  it("tells the schemas of oneOf apart by a constant", () =>
    check(
      {
        oneOf: ["circle", "square"].map((kind) => ({
          type: "object",
          properties: { kind: { const: kind }, size: { type: "number" } },
          required: ["kind", "size"],
          additionalProperties: false,
        })),
      },
      ['{"kind":"circle","size":1}', '{"kind":"square","size":2}'],
      ['{"kind":"line","size":1}', '{"kind":"circle"}'],
    ));
});

describe("formats", () => {
  it("are annotations unless they are to be asserted", () =>
    check({ format: "date" }, ['"x"'], []));

  it.each([
    [
      "date",
      ["2024-02-29", "2000-02-29", "2023-12-31"],
      ["2023-02-29", "1900-02-29", "2023-04-31", "2023-1-1", "23-01-01"],
    ],
    ["time", ["23:59:59Z", "00:00:00.123+05:30"], ["24:00:00Z", "12:00", "12:00:00", "12:00:61Z"]],
    [
      "date-time",
      ["2024-02-29T12:00:00Z", "1999-01-01t00:00:00.5-01:00"],
      ["2024-02-29 12:00:00Z", "2024-02-30T12:00:00Z"],
    ],
    ["duration", ["P1Y2M3DT4H5M6S", "PT36H", "P4W", "P3D"], ["P", "PT", "1Y", "P1W2D", "P1YT"]],
    [
      "uuid",
      ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"],
      ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638g"],
    ],
    ["ipv4", ["0.0.0.0", "255.199.10.1"], ["256.0.0.1", "1.2.3", "01.2.3.4"]],
  ])("have %s", (format, match, others) =>
    check(
      { type: "string", format },
      match.map((text) => `"${text}"`),
      others.map((text) => `"${text}"`),
      {
        formats: "assertion",
      },
    ),
  );

  it("refuse those that they don't know", async () => {
    await expect(compile({ format: "email" }, { formats: "assertion" })).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: '/format: the format "email" isn\'t supported',
    });
  });
});

describe("what is refused", () => {
  it.each<[string, unknown, string]>([
    [
      "ERR_UNSUPPORTED",
      { properties: { a: { uniqueItems: true } } },
      "/properties/a/uniqueItems: ",
    ],
    ["ERR_UNSUPPORTED", { items: { minLenght: 3 } }, "/items/minLenght: no such keyword"],
    [
      "ERR_UNSUPPORTED",
      { properties: { "a/b": { pattern: "(?=x)" } } },
      "/properties/a~1b/pattern: ",
    ],
    ["ERR_UNSUPPORTED", { minProperties: 2 }, "/minProperties: "],
    ["ERR_UNSUPPORTED", { not: { additionalProperties: false } }, "/not/additionalProperties: "],
    ["ERR_UNSUPPORTED", { not: { enum: [[1]] } }, "/not/enum: "],
    [
      "ERR_UNSUPPORTED",
      { anyOf: [{ properties: { a: {} } }, true], unevaluatedProperties: false },
      "/unevaluatedProperties: ",
    ],
    ["ERR_UNSUPPORTED", { $ref: "https://example.org/schema" }, "/$ref: "],
    ["ERR_UNSUPPORTED", { $schema: "http://json-schema.org/draft-04/schema#" }, "/$schema: "],
    [
      "ERR_UNSUPPORTED",
      { $schema: "http://json-schema.org/draft-07/schema#", allOf: [{ $ref: "#", type: "null" }] },
      "/allOf/0/type: ",
    ],
    ["ERR_UNSUPPORTED", { items: [{}] }, "/items: "],
    ["ERR_UNSUPPORTED", { multipleOf: 0.123456 }, "/multipleOf: "],
    ["ERR_GRAMMAR", { type: "text" }, "/type: no type"],
    ["ERR_GRAMMAR", { properties: { a: 5 } }, "/properties/a: expected an object or a boolean"],
    ["ERR_GRAMMAR", { minItems: -1 }, "/minItems: expected an integer"],
    ["ERR_GRAMMAR", { pattern: "(" }, "/pattern: "],
    ["ERR_GRAMMAR", { $ref: "#nowhere" }, "/$ref: "],
    ["ERR_GRAMMAR", { allOf: [] }, "/allOf: expected a list"],
    ["ERR_GRAMMAR", "text", "the schema: expected an object"],
    ["ERR_GRAMMAR", undefined, "the schema isn't JSON"],
    ["ERR_GRAMMAR", false, "matches nothing"],
    ["ERR_GRAMMAR", { type: "string", enum: [1, 2] }, "matches nothing"],
  ])("%s for %j", async (code, schema, message) => {
    const error = await compile(schema).then(
      () => undefined,
      (e: Error) => e,
    );
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(message);
  });

  it("is nothing of what only describes", () =>
    check(
      {
        $comment: "c",
        title: "t",
        description: "d",
        default: 1,
        examples: [2],
        deprecated: true,
        "x-mine": 3,
        type: "null",
      },
      ["null"],
      ["1"],
    ));
});
