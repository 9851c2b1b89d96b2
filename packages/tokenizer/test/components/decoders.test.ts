import { describe, expect, test } from "vitest";
import { buildDecoder } from "../../src/components/decoders.js";
import { golden } from "./golden.js";

const { tokens, cases } = golden("decoders");

describe("a decoder gives the text of Hugging Face", () => {
  for (const { component, results } of cases) {
    test(JSON.stringify(component).slice(0, 150), () => {
      const decoder = buildDecoder(component);
      tokens.forEach((list: string[], i: number) => {
        if (results[i] === null) return;
        expect([list, decoder.decode(list)]).toEqual([list, results[i]]);
        expect(decoder.decodeChain(list).join("")).toBe(results[i]);
      });
    });
  }
});

test("Strip takes no more than there is", () => {
  const decoder = buildDecoder({ type: "Strip", content: " ", start: 2, stop: 9 });
  expect(decoder.decodeChain(["", " ", "   ", " a "])).toEqual(["", "", "", "a"]);
});

test("the tokens that were given are left as they are", () => {
  const list = ["▁a", "<0x41>"];
  buildDecoder({ type: "Sequence", decoders: [] }).decodeChain(list).push("x");
  buildDecoder({ type: "ByteFallback" }).decodeChain(list);
  expect(list).toEqual(["▁a", "<0x41>"]);
});

test("a million tokens are decoded without deep recursion or long argument lists", () => {
  const list = new Array(1 << 20).fill("Ġa");
  expect(buildDecoder(cases[0].component).decode(list).length).toBe(2 << 20);
});
