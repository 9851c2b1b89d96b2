import { expect, it } from "vitest";
import { QuantError } from "../src/index.js";

it("carries a code", () => {
  expect(new QuantError("ERR_BUDGET", "expected 4 bits")).toMatchObject({
    name: "QuantError",
    code: "ERR_BUDGET",
  });
});
