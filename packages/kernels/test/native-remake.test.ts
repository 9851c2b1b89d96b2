// What an operation says can make its outputs again gives the same bits.

import {
  f32,
  findOperation,
  type GraphNode,
  grad,
  Program,
  program,
  recompute,
  type Sym,
  sum,
} from "@ryanstream/tensor";
import fc from "fast-check";
import { expect, it } from "vitest";
import { addRmsNorm, swiglu } from "../src/index.js";
import { noise } from "./support/native.js";

it("the norm of a sum that is kept, as the norm with the addition gave it", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 130 }),
      fc.nat(1e6),
      async (rows, width, seed) => {
        const specs = { x: f32(rows, width), residual: f32(rows, width), w: f32(width) };
        using plain = program(specs, ({ x, residual, w }) => {
          const { sum: added, normalised } = addRmsNorm(x, residual, w);
          const [dx, dw] = grad(sum(swiglu(added, normalised)), [x, w]) as [Sym, Sym];
          return { dx, dw };
        });
        const fused = plain.graph.nodes.find((n) => n.operation === "add_rms_norm");
        const [, normalised, rstd] = (fused as GraphNode).outputs as [number, number, number];
        using again = new Program(recompute(plain.graph, new Set([normalised, rstd])));
        const copied = again.graph.nodes.filter((n) => n.scope.startsWith("recompute"));
        expect(copied.map((n) => n.operation)).toEqual(["rms_norm"]);
        expect(findOperation("add_rms_norm").remake).toBeDefined();
        const inputs = {
          x: noise(seed, rows * width),
          residual: noise(seed + 1, rows * width),
          w: noise(seed + 2, width),
        };
        expect(await again.run(inputs as never)).toEqual(await plain.run(inputs));
      },
    ),
    { seed: 11, numRuns: 25 },
  ));
