// The recipes of the guide.

import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parseRecipe } from "../../src/train/recipe.js";

const guide = await readFile(new URL("../../../../docs/train-a-model.md", import.meta.url), "utf8");
const recipes = [...guide.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = ""]) => text);

it("are recipes, which stay the same when they are written and read again", () => {
  expect(recipes).toHaveLength(2);
  for (const text of recipes) {
    const recipe = parseRecipe(JSON.parse(text));
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  }
});
