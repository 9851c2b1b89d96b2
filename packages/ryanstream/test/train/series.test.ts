import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adamw, ryanOptimizer } from "@ryanstream/optimizer";
import { f32, parameter } from "@ryanstream/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRecipe } from "../../src/train/recipe.js";
import { seriesTensors } from "../../src/train/series-tensors.js";
import type { TrainEvent } from "../../src/train/train-event.js";
import { jsonLines } from "../support/cli.js";
import { tinyRecipe } from "../support/tiny-recipe.js";
import { trained } from "../support/trained.js";

const checkpoints = { every: 2, keep: 3, form: "series", keyframeEvery: 3 };
const recipe = (over = {}) => tinyRecipe({ checkpoints, ...over });
let root = "";
/** A run saved as a series, without a break; checkpoints after steps 2, 4 and so on. */
let whole = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ryanstream-series-"));
  whole = join(root, "whole");
  await trained(whole, recipe());
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const startOf = (events: readonly TrainEvent[]) => events.find(({ event }) => event === "start");
const warningsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((each) => (each.event === "warning" ? [each.message] : []));
const filesOf = (folder: string) => readdir(join(folder, "checkpoints"));

async function losses(folder: string): Promise<number[]> {
  const lines = jsonLines(await readFile(join(folder, "metrics.jsonl"), "utf8"));
  return lines.map(({ loss }) => loss as number);
}

async function copied(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const each of ["run.json", "data", "tokenizer", "checkpoints", "metrics.jsonl"]) {
    await cp(join(whole, each), join(folder, each), { recursive: true });
  }
  return folder;
}

describe("a run saved as a series", () => {
  it("keeps whole files of at least as many checkpoints as are asked for, small ones", async () => {
    expect(await filesOf(whole)).toEqual(["chain-0000000008.ryan", "chain-0000000014.ryan"]);
    const exact = join(root, "exact");
    await trained(exact, tinyRecipe({ checkpoints: { every: 14, keep: 1 } }));
    const sizeOf = async (folder: string, file: string) =>
      (await stat(join(folder, "checkpoints", file))).size;
    const three = await sizeOf(whole, "chain-0000000008.ryan");
    expect(three / 3).toBeLessThan((await sizeOf(exact, "step-0000000014.safetensors")) / 4);
  });

  it.each(["adamw", "muon", "ryan"])("goes on near where it was, with %s", async (type) => {
    const given = recipe({ optimizer: { type, rate: 0.02 } });
    const [once, ended] = [join(root, `${type}-once`), join(root, `${type}-ended`)];
    await trained(once, given);
    await trained(ended, given, 7);
    const events = await trained(ended, given);
    expect(startOf(events)).toMatchObject({ step: 7 });
    expect(warningsOf(events)).toEqual([]);
    const [a, b] = [await losses(once), await losses(ended)];
    expect(b.slice(0, 7)).toEqual(a.slice(0, 7));
    for (const [i, loss] of b.entries()) {
      expect(Math.abs(loss / (a[i] as number) - 1)).toBeLessThan(0.02);
    }
  });

  it("goes on from the link before one that is damaged, and says so", async () => {
    const folder = await copied("damaged");
    const path = join(folder, "checkpoints", "chain-0000000014.ryan");
    const bytes = await readFile(path);
    bytes[700] = (bytes[700] as number) ^ 1;
    await writeFile(path, bytes);
    const events = await trained(folder, recipe());
    expect(startOf(events)).toMatchObject({ step: 12 });
    const [warning] = warningsOf(events);
    expect(warning).toContain("a checkpoint is left out");
    expect(warning).toContain("chain-0000000014.ryan");
    expect(await filesOf(folder)).toEqual(["chain-0000000008.ryan", "chain-0000000014.ryan"]);
    expect(startOf(await trained(folder, recipe({ steps: 16 })))).toMatchObject({ step: 14 });
  });

  it("goes on from what was whole where the last write was cut", async () => {
    const folder = await copied("cut");
    const path = join(folder, "checkpoints", "chain-0000000008.ryan");
    await rm(join(folder, "checkpoints", "chain-0000000014.ryan"));
    await truncate(path, (await stat(path)).size - 1);
    expect(startOf(await trained(folder, recipe()))).toMatchObject({ step: 10 });
  });

  it("refuses the series of another recipe, as exact checkpoints", async () => {
    const folder = await copied("other");
    const error = await trained(folder, recipe({ seed: 2 })).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "ERR_CHECKPOINT" });
    expect(String(error)).toContain("seed");
  });

  it("may become one with exact checkpoints, and back", async () => {
    const folder = await copied("changed");
    const exact = { every: 2, keep: 2, form: "exact" };
    const longer = { steps: 18, schedule: { type: "constant", warmup: 2 } };
    const one = await trained(folder, tinyRecipe({ checkpoints: exact, ...longer }));
    expect(startOf(one)).toMatchObject({ step: 14 });
    expect(await filesOf(folder)).toEqual([
      "step-0000000016.safetensors",
      "step-0000000018.safetensors",
    ]);
    const two = await trained(folder, recipe({ ...longer, steps: 24 }));
    expect(startOf(two)).toMatchObject({ step: 18 });
    expect(await filesOf(folder)).toEqual(["chain-0000000020.ryan"]);
  });
});

it.each(["adamw", "ryan"])("knows all states of %s but its counters", (type) => {
  using up = parameter("layers.0.first.up", f32(8, 4));
  using embedding = parameter("model.embed_tokens.weight", f32(6, 4));
  const parameters = [up, embedding];
  using optimizer =
    type === "ryan"
      ? ryanOptimizer(parameters, { steps: 10, stepFlops: Infinity })
      : adamw(parameters);
  const tensors = seriesTensors(parameters, optimizer);
  expect(tensors.length).toBe(2 + optimizer.states.length);
  for (const { name, role, of, shape } of tensors) {
    if (role === "exact") expect(shape[0]).toBeLessThanOrEqual(4);
    if (role === "exact" || role === "weight") continue;
    expect(parameters.map((each) => each.name)).toContain(of);
    expect(name.endsWith(`.${of}`)).toBe(true);
  }
  const counted = (role: string) => tensors.filter((each) => each.role === role).length;
  expect([counted("first-moment"), counted("second-moment")]).toEqual([2, 2]);
  expect(counted("average")).toBe(type === "ryan" ? 1 : 0);
});

it("refuses a form that there isn't", () => {
  expect(() => parseRecipe(tinyRecipe({ checkpoints: { form: "tiny" } }))).toThrow(
    "checkpoints.form",
  );
});
