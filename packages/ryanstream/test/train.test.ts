import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModel, openDecoder, saveDecoder } from "@ryanstream/models";
import { Tokenizer } from "@ryanstream/tokenizer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRecipe } from "../src/train/recipe.js";
import type { TrainEvent } from "../src/train/train-event.js";
import { jsonLines, useCli } from "./support/cli.js";
import { cutLine, runKilled } from "./support/killed-run.js";
import { tinyRecipe } from "./support/tiny-recipe.js";
import { trained } from "./support/trained.js";

const cli = useCli();
const kernels = fileURLToPath(
  new URL("../../../native/build/Release/kernels.node", import.meta.url),
);
let root = "";
/** A run without a break. */
let whole = "";
let events: TrainEvent[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ryanstream-train-"));
  whole = join(root, "whole");
  events = await trained(whole);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

async function weights(folder: string): Promise<string> {
  const bytes = await readFile(join(folder, "model", "model.safetensors"));
  return createHash("sha256").update(bytes).digest("hex");
}

/** What was measured, without times. */
async function measured(folder: string): Promise<unknown[]> {
  const lines = jsonLines(await readFile(join(folder, "metrics.jsonl"), "utf8"));
  return lines.map(({ step, loss, gradientNorm, rate }) => ({ step, loss, gradientNorm, rate }));
}

describe("a run", () => {
  it("lowers the loss, and tells of each step", () => {
    const steps = events.filter((each) => each.event === "step");
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
    expect(steps.at(-1)?.loss).toBeLessThan(0.75 * (steps[0]?.loss as number));
    expect(events.at(-1)).toMatchObject({ event: "end", step: 14 });
  });

  it("leaves a model that is loaded, with its tokenizer", async () => {
    using model = await loadModel(join(whole, "model"));
    const tokenizer = await Tokenizer.load(join(whole, "model"));
    expect(model.vocabularySize).toBe(tokenizer.size);
    expect(model.endTokens).toEqual([tokenizer.tokenToId("<|end|>")]);
    const ids = tokenizer.encodeIds("12345", { addSpecialTokens: false });
    expect(ids.length).toBe(5);
  });

  it("keeps the last checkpoints, and a line of metrics for each step", async () => {
    expect(await readdir(join(whole, "checkpoints"))).toEqual([
      "step-0000000012.safetensors",
      "step-0000000014.safetensors",
    ]);
    expect(await measured(whole)).toHaveLength(14);
  });

  it.each([1, 5, 6, 13])("that was ended after step %i goes on to the same bits", async (step) => {
    const folder = join(root, `ended-${step}`);
    await trained(folder, tinyRecipe(), step);
    await trained(folder);
    expect(await weights(folder)).toBe(await weights(whole));
    expect(await measured(folder)).toEqual(await measured(whole));
  });

  it("can be made longer", async () => {
    const folder = join(root, "longer");
    const schedule = { type: "constant", warmup: 2 };
    await trained(folder, tinyRecipe({ steps: 5, schedule }));
    await trained(folder, tinyRecipe({ steps: 9, schedule }));
    const once = join(root, "longer-once");
    await trained(once, tinyRecipe({ steps: 9, schedule }));
    expect(await weights(folder)).toBe(await weights(once));
  });

  it("goes on to the same bits however often it is killed", async () => {
    const folder = join(root, "killed");
    const recipe = join(root, "killed.json");
    await writeFile(recipe, JSON.stringify(tinyRecipe()));
    // Data is made once: what is killed here is the training.
    await mkdir(folder);
    for (const name of ["data", "run.json", "tokenizer"]) {
      await cp(join(whole, name), join(folder, name), { recursive: true });
    }
    const args = [cli.entry, "train", recipe, "--output", folder, "--json"];
    const env = { ...process.env, RYANSTREAM_KERNELS_PATH: kernels };
    const killed = await runKilled({
      args,
      env,
      kills: 4,
      delay: (kill) => [60, 15, 150, 35][kill] as number,
      onKill: () => cutLine(join(folder, "metrics.jsonl")),
    });
    expect(killed).toBeGreaterThan(0);
    expect(await weights(folder)).toBe(await weights(whole));
    expect(await measured(folder)).toEqual(await measured(whole));
    expect(await readdir(join(folder, "checkpoints"))).toHaveLength(2);
  }, 60_000);

  it("with Ryan-Optimizer goes on to the same bits in each of its phases", async () => {
    const recipe = tinyRecipe({ optimizer: { type: "ryan", rate: 0.02 } });
    const once = join(root, "ryan");
    const losses = (await trained(once, recipe)).filter((each) => each.event === "step");
    expect(losses.at(-1)?.loss).toBeLessThan(0.75 * (losses[0]?.loss as number));
    const folder = join(root, "ryan ended");
    for (const step of [4, 9, 13]) await trained(folder, recipe, step);
    await trained(folder, recipe);
    expect(await weights(folder)).toBe(await weights(once));
  });

  it.each([
    ["selective", { mode: "selective" }],
    ["auto", { mode: "auto", budget: 1_400_000 }],
    ["full", { mode: "full" }],
  ])("computes activations again to the same bits: %s", async (name, activations) => {
    const folder = join(root, name);
    const start = (await trained(folder, tinyRecipe({ activations }))).find(
      (each) => each.event === "start",
    );
    const plain = events.find((each) => each.event === "start");
    // With so few layers what is held between the passes isn't all of the peak.
    const most = name === "full" ? plain?.arenaBytes : (plain?.arenaBytes as number) - 1;
    expect(start?.arenaBytes).toBeLessThanOrEqual(most as number);
    expect(await weights(folder)).toBe(await weights(whole));
  });

  it("evaluates on problems of the split dev", async () => {
    const folder = join(root, "evaluated");
    const evaluation = { every: 2, problems: 12, maxTokens: 8 };
    const found = await trained(folder, tinyRecipe({ steps: 3, evaluation }));
    const evaluations = found.filter((each) => each.event === "evaluation");
    expect(evaluations.map(({ step, problems }) => [step, problems])).toEqual([
      [2, 12],
      [3, 12],
    ]);
    expect(evaluations[0]).toMatchObject({ split: "dev", accuracy: 0 });
    const kinds = evaluations.flatMap((each) => each.kinds.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(["addition", "linear-equation"]));
  });
});

describe("fine-tuning", () => {
  const chats = [
    { role: "user", content: "What is 2 + 3?" },
    { role: "assistant", content: "2 + 3 = 5" },
    { role: "user", content: "And 1 more?" },
    { role: "assistant", content: "5 + 1 = 6" },
  ];

  it.each([
    ["all weights", {}],
    ["LoRA", { lora: { rank: 4 } }],
  ] as const)("trains %s of a model on the answers of chats", async (name, more) => {
    const file = join(root, `${name}.jsonl`);
    const line = JSON.stringify({ messages: chats });
    await writeFile(file, Array.from({ length: 40 }, () => `${line}\n`).join(""));
    const from = join(root, "whole", "model");
    const recipe = tinyRecipe({
      steps: 12,
      data: [{ type: "chat", path: file }],
      tokenizer: { from },
      model: { from },
      optimizer: { type: "adamw", rate: 0.01 },
      ...more,
    });
    const folder = join(root, `tuned ${name}`);
    const found = await trained(folder, recipe);
    const losses = found.filter((each) => each.event === "step").map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] as number));
    const start = found.find((each) => each.event === "start");
    if (name === "LoRA") {
      expect(start?.trained).toBeLessThan((start?.parameters as number) / 2);
      const again = join(root, "LoRA again");
      await trained(again, recipe, 5);
      await trained(again, recipe);
      expect(await weights(again)).toBe(await weights(folder));
    }
    using model = await loadModel(join(folder, "model"));
    expect(model.vocabularySize).toBeGreaterThan(0);
  });
});

describe("an evaluation", () => {
  it("that an end came before is made when the run goes on", async () => {
    const recipe = tinyRecipe({ steps: 8, evaluation: { every: 4, problems: 3, maxTokens: 4 } });
    const folder = join(root, "late evaluation");
    await trained(folder, recipe, 4);
    const later = await trained(folder, recipe);
    const steps = (found: TrainEvent[]) =>
      found.flatMap((each) => (each.event === "evaluation" ? [each.step] : []));
    expect(steps(later)).toEqual([4, 8]);
    expect(steps(await trained(folder, recipe))).toEqual([]);
  });
});

describe("a folder of a run", () => {
  const copied = async (name: string, names: readonly string[]): Promise<string> => {
    const folder = join(root, name);
    await mkdir(folder);
    for (const each of names) await cp(join(whole, each), join(folder, each), { recursive: true });
    return folder;
  };

  it("holds nobody else's files", async () => {
    const folder = join(root, "a project");
    await mkdir(join(folder, "model"), { recursive: true });
    await writeFile(join(folder, "model", "precious.txt"), "mine");
    await expect(trained(folder)).rejects.toMatchObject({ code: "ERR_RUN" });
    expect(await readFile(join(folder, "model", "precious.txt"), "utf8")).toBe("mine");
  });

  it("keeps the recipe, which a run can begin from again", async () => {
    const stored = JSON.parse(await readFile(join(whole, "recipe.json"), "utf8"));
    expect(parseRecipe(stored)).toEqual(parseRecipe(tinyRecipe()));
  });

  it("goes on from the checkpoint before one that is damaged", async () => {
    const folder = await copied("damaged", ["run.json", "data", "tokenizer", "checkpoints"]);
    await truncate(join(folder, "checkpoints", "step-0000000014.safetensors"), 1000);
    const found = await trained(folder);
    expect(found.find((each) => each.event === "start")).toMatchObject({ step: 12 });
    expect(found.some((each) => each.event === "warning")).toBe(true);
    expect(await weights(folder)).toBe(await weights(whole));
  });

  it("is swept of what a killed process left", async () => {
    const folder = await copied("swept", ["run.json", "data", "tokenizer", "checkpoints"]);
    const left = ["model.0123456789ab.partial", ".data.0123456789ab.partial"];
    for (const name of left) await mkdir(join(folder, name));
    await writeFile(join(folder, "checkpoints", ".step-0000000015.safeten.1-0.tmp"), "");
    await trained(folder);
    const names = [...(await readdir(folder)), ...(await readdir(join(folder, "checkpoints")))];
    expect(names.filter((name) => /partial|tmp/.test(name))).toEqual([]);
  });

  it("takes a recipe that was mended after a first failure", async () => {
    const file = join(root, "mended.jsonl");
    const recipe = tinyRecipe({ data: [{ type: "chat", path: file }], steps: 2 });
    const folder = join(root, "mended");
    await writeFile(file, '{"messages":[{"role":"user"}]}\n');
    await expect(trained(folder, recipe)).rejects.toMatchObject({ code: "ERR_DATA" });
    const chat = {
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
      ],
    };
    await writeFile(file, `${JSON.stringify(chat)}\n`.repeat(20));
    await trained(folder, recipe);
  });

  it("has one run at a time, of one process too", async () => {
    const folder = join(root, "twice");
    const both = await Promise.allSettled([trained(folder), trained(folder)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await weights(folder)).toBe(await weights(whole));
  });
});

describe("what can't be", () => {
  it.each([
    [{ steps: 0 }, "steps: expected an integer from 1"],
    [{ batch: { rows: 4 } }, "batch.length: expected an integer"],
    [{ data: [] }, "data: expected a list"],
    [{ data: [{ type: "problems", count: 1, kinds: ["x"] }] }, "data[0].kinds: expected a list of"],
    [{ data: [{ type: "web" }] }, "data[0].type: expected one of problems"],
    [{ optimiser: {} }, "optimiser: expected one of"],
    [{ optimizer: { type: "muon", rate: 0.1, beta3: 1 } }, "optimizer.beta3: expected one of"],
    [{ tokenizer: {} }, "tokenizer.train: expected an object, found nothing"],
  ])("is refused: %j", (over, message) => {
    expect(() => parseRecipe(tinyRecipe(over))).toThrow(
      expect.objectContaining({ code: "ERR_RECIPE", message: expect.stringContaining(message) }),
    );
  });

  it("is another recipe in the folder of a run", async () => {
    const data = [{ type: "problems", seed: 2, count: 300 }];
    await expect(trained(whole, tinyRecipe({ data }))).rejects.toMatchObject({ code: "ERR_RUN" });
    const model = { config: { ...tinyRecipe().model.config, intermediate_size: 64 } };
    await expect(trained(whole, tinyRecipe({ model }))).rejects.toMatchObject({
      code: "ERR_CHECKPOINT",
      message: expect.stringMatching(/one with another model$/),
    });
  });

  it("is a second process in the folder of a run", async () => {
    const folder = join(root, "locked");
    await mkdir(folder);
    await writeFile(join(folder, "lock"), `${process.ppid}\n`);
    await expect(trained(folder)).rejects.toMatchObject({ code: "ERR_RUN" });
  });

  it("is a loss that is no number", async () => {
    const from = join(root, "not a number");
    await cp(join(whole, "model"), from, { recursive: true });
    using decoder = await openDecoder(from);
    decoder.parameters.get("model.norm.weight")?.write(new Float32Array(32).fill(Number.NaN));
    await saveDecoder(decoder, from);
    const recipe = tinyRecipe({ model: { from } });
    await expect(trained(join(root, "diverged"), recipe)).rejects.toMatchObject({
      code: "ERR_DIVERGED",
    });
  });
});

describe("ryanstream train", () => {
  it("stops where it is told to, and goes on; as JSON", async () => {
    const recipe = join(root, "cli.json");
    await writeFile(recipe, JSON.stringify(tinyRecipe()));
    const folder = join(root, "cli");
    const words = ["train", recipe, "--output", folder, "--json"];
    const first = await cli.run([...words, "--stop-after", "4"]);
    expect(first.code).toBe(0);
    expect(jsonLines(first.stdout).at(-1)).toEqual({ event: "saved", step: 4 });
    const second = await cli.run(words);
    expect(second.code).toBe(0);
    expect(jsonLines(second.stdout)[0]).toMatchObject({ event: "start", step: 4, steps: 14 });
    expect(await weights(folder)).toBe(await weights(whole));
  });

  it("saves and stops when it is interrupted", async () => {
    const recipe = join(root, "interrupted.json");
    await writeFile(recipe, JSON.stringify(tinyRecipe({ steps: 100_000 })));
    const folder = join(root, "interrupted");
    let sent = false;
    const { code, stderr } = await cli.run(["train", recipe, "--output", folder, "--json"], {
      onOutput: (child, text) => {
        if (sent || !text.includes('"step":2,')) return;
        sent = true;
        child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain("the same command goes on");
    const last = (await readdir(join(folder, "checkpoints"))).at(-1);
    const steps = (await measured(folder)).length;
    expect(last).toBe(`step-${String(steps).padStart(10, "0")}.safetensors`);
  });

  it("names the field of a recipe that can't be", async () => {
    const recipe = join(root, "bad.json");
    await writeFile(recipe, JSON.stringify(tinyRecipe({ steps: "many" })));
    const { code, stderr } = await cli.run(["train", recipe]);
    expect(code).toBe(1);
    expect(stderr).toContain('steps: expected an integer from 1 to 2147483648, found "many"');
  });
});
