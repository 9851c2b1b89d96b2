// A model opened layer by layer is what the quantiser asks for.

import { abacusDraft } from "@ryanstream/model-abacus";
import { type LayeredModel, type LayeredPass, openLayers } from "@ryanstream/models";
import type { LayerPass, QuantizableModel } from "@ryanstream/quant";
import { expect, expectTypeOf, it } from "vitest";

it("has its shape, and all of it for a model that comes along", async () => {
  expectTypeOf<LayeredModel>().toExtend<QuantizableModel>();
  expectTypeOf<LayeredPass>().toExtend<LayerPass>();
  await using model = await openLayers(abacusDraft);
  const quantizable: QuantizableModel = model;
  expect(quantizable.matrices).toHaveLength(1 + 7 * quantizable.layers); // a tied head
  expect(quantizable.kept).toHaveLength(1 + 4 * quantizable.layers);
  expect(quantizable.vocabularySize).toBe(1024);
});
