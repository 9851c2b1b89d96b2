// The command that makes a model smaller, from its options to a model that solves problems.

import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTensors } from "@ryanstream/format";
import { abacus, abacusDraft } from "@ryanstream/model-abacus";
import { openLayers } from "@ryanstream/models";
import { Tokenizer } from "@ryanstream/tokenizer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalibration } from "../src/quantizing/calibration.js";
import { partialPath, quantizeFiles } from "../src/quantizing/quantize-files.js";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ryanstream-quantize-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const FEW = ["--calibration-tokens", "800", "--sensitivity-tokens", "200"];
const PROBLEMS = ["--calibration", "problems", ...FEW];

/** Bytes of all tensors of a model, by name: a file has a number by chance. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  await using source = await openTensors(folder);
  const all: Record<string, string> = {};
  for (const name of source.tensors.keys()) {
    all[name] = Buffer.from(await source.read(name)).toString("base64");
  }
  return all;
}

/** Columns that 8 bits hold beside a matrix of 4 are those of the original, and others aren't. */
async function expectOutliers(folder: string, name: string): Promise<void> {
  await using source = await openTensors(folder);
  const bytes = await source.read(`${name}.outlier_columns`);
  const columns = new Int32Array(bytes.slice().buffer);
  expect(columns.length).toBeGreaterThan(0);
  await using made = await openLayers(folder);
  await using original = await openLayers(abacusDraft);
  const [found, expected] = [await made.readMatrix(name), await original.readMatrix(name)];
  const k = source.info(name).shape[1] as number;
  const errorOf = (wanted: (column: number) => boolean): number => {
    let [difference, whole] = [0, 0];
    for (const [i, x] of expected.entries()) {
      if (!wanted(i % k)) continue;
      difference += (x - (found[i] as number)) ** 2;
      whole += x ** 2;
    }
    return Math.sqrt(difference / whole);
  };
  expect(errorOf((column) => columns.includes(column))).toBeLessThan(0.01);
  expect(errorOf((column) => !columns.includes(column))).toBeGreaterThan(0.02);
}

describe("ryanstream quantize", () => {
  it("makes a folder that solves problems, at a quarter of 16 bits, and tells what it lost", async () => {
    const out = join(root, "file");
    const { code, stdout, stderr } = await cli.run(["quantize", abacusDraft, out, ...PROBLEMS]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(out) });
    expect(stdout).toMatch(/^file +\d+ kB +3\.\d+ +4\.\d+x/m);
    expect(stdout).toMatch(/^ffn +9 /m);
    const report = JSON.parse(await readFile(join(out, "quantization.json"), "utf8"));
    const { size } = await stat(join(out, "model.ryan"));
    const original = await stat(join(abacusDraft, "model.safetensors"));
    expect(report.files[0]).toMatchObject({ profile: "file", bytes: size });
    expect(original.size / size).toBeGreaterThanOrEqual(4);
    // The whole file is within the budget, and hardly anything of it is left over.
    expect((8 * size) / report.parameters).toBeLessThanOrEqual(4);
    expect((8 * size) / report.parameters).toBeGreaterThan(3.93);
    expect(report.profiles[0].kl).toBeGreaterThan(0);
    expect(report.profiles[0].kl).toBeLessThan(0.2);
    const kept = ["config.json", "model.ryan", "quantization.json"];
    expect((await readdir(out)).sort()).toEqual([
      ...kept,
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const words = ["evaluate", out, "-n", "10", "--max-tokens", "80", "--json"];
    const [found = {}] = jsonLines((await cli.run(words)).stdout);
    expect(found["correct"]).toBeGreaterThan(0);
    const solved = await cli.run(["solve", "What is 3 + 4?", "--model", out]);
    expect(solved.stdout).toContain("Answer: 7");
  }, 60_000);

  it("makes both profiles from one pass, without data too, and JSON for programs", async () => {
    const out = join(root, "both");
    const words = ["quantize", abacusDraft, out, "--calibration", "none", "--json"];
    const more = ["--profile", "both", "--outlier-columns", "2%", "--embedding-bits", "4"];
    const { code, stdout } = await cli.run([...words, ...more, "--report", join(root, "r.json")]);
    expect(code).toBe(0);
    const [report = {}] = jsonLines(stdout);
    expect(JSON.parse(await readFile(join(root, "r.json"), "utf8"))).toEqual(report);
    const files = report["files"] as { profile: string; path: string; bitsPerWeight: number }[];
    expect(files.map(({ profile }) => profile)).toEqual(["file", "resident"]);
    for (const { path, bitsPerWeight } of files) {
      expect((8 * (await stat(path)).size) / (report["parameters"] as number)).toBe(bitsPerWeight);
      const text = await cli.run(["generate", join(path, ".."), "2 + 2", "--max-tokens", "3"]);
      expect(text.code).toBe(0);
    }
    await expectOutliers(join(out, "resident"), "model.layers.0.mlp.gate_proj.weight");
    const shown = await cli.run(["inspect", join(out, "resident"), "--json"]);
    const { dtypes } = JSON.parse(shown.stdout) as { dtypes: { dtype: string }[] };
    expect(dtypes.map(({ dtype }) => dtype)).toEqual(
      expect.arrayContaining(["Q8_0", "IQ4_NL", "I32"]),
    );
  }, 60_000);

  it("says that nothing is measured without calibration", async () => {
    const out = join(root, "free");
    const copy = join(root, "model");
    await mkdir(copy);
    for (const name of await readdir(abacusDraft)) {
      await writeFile(join(copy, name), await readFile(join(abacusDraft, name)));
    }
    const { code, stderr } = await cli.run(["quantize", copy, out]);
    expect(code).toBe(0);
    expect(stderr).toContain("no --calibration");
  }, 60_000);

  it("makes of a GGUF file one that loads by itself, tokenizer and template included", async () => {
    const out = join(root, "gguf");
    const words = ["quantize", tiny.gguf, out, "--target-bits", "6", ...PROBLEMS];
    const { code } = await cli.run(words);
    expect(code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(["model.ryan", "quantization.json"]);
    const file = join(out, "model.ryan");
    const asked = "2 + 2";
    const ids = await cli.run(["tokenize", file, asked, "--json"]);
    expect(ids.stdout).toBe((await cli.run(["tokenize", tiny.gguf, asked, "--json"])).stdout);
    for (const place of [out, file]) {
      const made = await cli.run(["generate", place, asked, "--max-tokens", "3"]);
      expect(made.code).toBe(0);
    }
    const names = async (path: string) => {
      await using source = await openTensors(path);
      return { names: [...source.tensors.keys()], metadata: [...source.metadata.keys()] };
    };
    expect(await names(out)).toEqual(await names(tiny.gguf));
  }, 60_000);

  it("replaces nothing unless it is told to", async () => {
    const out = join(root, "there");
    await mkdir(out);
    const { code, stderr } = await cli.run(["quantize", abacusDraft, out, "--calibration", "none"]);
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_EXISTS)\n--force replaces it.");
    expect(await readdir(out)).toEqual([]);
  });

  it("says what to do about a budget that nothing meets", async () => {
    const words = ["quantize", abacusDraft, join(root, "x"), "--calibration", "none", "-b", "1.6"];
    const { code, stderr } = await cli.run(words);
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_BUDGET)\nRaise --target-bits.");
    expect((await readdir(root)).filter((name) => name.startsWith("x"))).toEqual([]);
  });

  it("never replaces the model that it reads", async () => {
    const copy = join(root, "own");
    await mkdir(copy);
    for (const name of await readdir(abacusDraft)) {
      await writeFile(join(copy, name), await readFile(join(abacusDraft, name)));
    }
    const before = (await readdir(copy)).sort();
    for (const input of [copy, join(copy, "model.safetensors")]) {
      const words = ["quantize", input, copy, "--calibration", "none", "--force"];
      const { code, stderr } = await cli.run(words);
      expect(code).toBe(1);
      expect(stderr).toContain("ERR_EXISTS");
    }
    expect((await readdir(copy)).sort()).toEqual(before);
  });

  it.each([
    [["--profile", "small"], "--profile: expected file, resident or both"],
    [["--target-bits", "1"], "--target-bits: expected a number from 1.5 to 16"],
    [["--outlier-columns", "30%", "-p", "resident"], "expected a share up to 25%"],
    [["--target-bits", "4", "--ffn-bits", "4"], "--target-bits: expected no bits of"],
    [["--outlier-columns", "1%"], "expected --profile resident or both beside it"],
    [["--method", "gptq", "--calibration", "none"], "--method gptq: expected --calibration"],
    [["--calibration-tokens", "0"], "--calibration-tokens: expected a whole number from 1"],
  ])("refuses %j before anything is read", async (words, message) => {
    const { code, stderr } = await cli.run(["quantize", abacusDraft, join(root, "x"), ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("an interrupted run", () => {
  const calibrationOf = async () =>
    readCalibration(await Tokenizer.load(abacusDraft), {
      source: "problems",
      calibrationTokens: 400,
      sensitivityTokens: 100,
      seed: 1,
      maxPositions: 1024,
    });

  it("goes on to the same bytes, and refuses another model's", async () => {
    const calibration = await calibrationOf();
    const quantizer = { profiles: ["file", "resident"] as const, outlierColumns: 0.02 };
    const job = { input: abacusDraft, quantizer, calibration };
    await quantizeFiles({ ...job, output: join(root, "whole") });
    const output = join(root, "parts");
    const stops = ["layers.0.mlp.down_proj", "layers.2.self_attn.q_proj"];
    for (const stop of stops) {
      const abort = new AbortController();
      const onProgress = ({ phase, tensor }: { phase: string; tensor: string | undefined }) => {
        if (phase === "quantize" && tensor?.includes(stop)) abort.abort(new Error("stopped"));
      };
      const run = quantizeFiles({
        ...job,
        output,
        resume: true,
        signal: abort.signal,
        onProgress,
      });
      await expect(run).rejects.toThrow("stopped");
      expect((await stat(partialPath(output))).size).toBeGreaterThan(0);
      await expect(stat(output)).rejects.toMatchObject({ code: "ENOENT" });
    }
    await expect(quantizeFiles({ ...job, output })).rejects.toMatchObject({ code: "ERR_EXISTS" });
    await expect(
      quantizeFiles({ ...job, input: abacus, output, resume: true }),
    ).rejects.toMatchObject({ code: "ERR_RESUME" });
    await expect(
      quantizeFiles({ ...job, quantizer: { profiles: ["file"] }, output, resume: true }),
    ).rejects.toMatchObject({ code: "ERR_RESUME" });
    await quantizeFiles({ ...job, output, resume: true });
    for (const profile of ["file", "resident"]) {
      expect(await contentsOf(join(output, profile))).toEqual(
        await contentsOf(join(root, "whole", profile)),
      );
    }
    await expect(stat(partialPath(output))).rejects.toMatchObject({ code: "ENOENT" });
  }, 120_000);

  it("goes on to the same tensors after kill -9, again and again", async () => {
    const words = (out: string) => ["quantize", abacusDraft, join(root, out), ...PROBLEMS];
    const partial = partialPath(join(root, "killed"));
    // With the plan alone, and with some of the layers.
    for (const bytes of [1, 60_000]) {
      let timer: NodeJS.Timeout | undefined;
      const { signal } = await cli.run([...words("killed"), "--resume"], {
        onStart: (child) => {
          timer = setInterval(async () => {
            const found = await stat(partial).catch(() => undefined);
            if (found !== undefined && found.size >= bytes) child.kill("SIGKILL");
          }, 2);
        },
      });
      clearInterval(timer);
      expect(signal).toBe("SIGKILL");
      expect((await stat(partial)).size).toBeGreaterThanOrEqual(bytes);
      await expect(stat(join(root, "killed"))).rejects.toMatchObject({ code: "ENOENT" });
    }
    expect((await cli.run([...words("killed"), "--resume"])).code).toBe(0);
    expect((await cli.run(words("unkilled"))).code).toBe(0);
    expect(await contentsOf(join(root, "killed"))).toEqual(
      await contentsOf(join(root, "unkilled")),
    );
  }, 120_000);

  it("has nothing to go on from before the plan is made, and says so", async () => {
    const out = join(root, "early");
    const abort = (child: ChildProcess) => setTimeout(() => child.kill("SIGINT"), 700);
    const words = ["quantize", abacusDraft, out, "--calibration", "problems"];
    const { code, stderr } = await cli.run(words, { onStart: abort });
    expect(code).toBe(130);
    expect(stderr).toMatch(/^$|nothing is kept/);
    expect((await readdir(root)).filter((name) => name.includes("early"))).toEqual([]);
  }, 60_000);

  it("tells how to go on when it is ended by Ctrl-C", async () => {
    const out = join(root, "ended");
    const words = ["quantize", abacusDraft, out, ...PROBLEMS];
    let sent = false;
    const running = cli.run(words, {
      onStart: (child) => {
        const timer = setInterval(async () => {
          const found = await stat(partialPath(out)).catch(() => undefined);
          if (found === undefined || sent) return;
          sent = true;
          clearInterval(timer);
          child.kill("SIGINT");
        }, 5);
      },
    });
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toContain("with --resume goes on");
    expect((await cli.run([...words, "--resume"])).code).toBe(0);
    expect(await readdir(root)).not.toContain("ended.partial.ryan");
  }, 60_000);
});

describe("calibration", () => {
  const options = { calibrationTokens: 400, sensitivityTokens: 100, seed: 1, maxPositions: 64 };

  it("is the texts and conversations of a file, cut to what the model reads", async () => {
    const tokenizer = await Tokenizer.load(abacusDraft);
    const path = join(root, "texts.jsonl");
    const messages = [
      { role: "user", content: "What is 1 + 1?" },
      { role: "assistant", content: "2" },
    ];
    const lines = [
      { text: "1 + 1 = 2. ".repeat(40) },
      { messages },
      { messages: messages.slice(0, 1) },
    ];
    await writeFile(path, `${lines.map((line) => JSON.stringify(line)).join("\n\n")}\n`);
    const found = await readCalibration(tokenizer, { ...options, source: { path } });
    const all = [...found.calibration, ...found.sensitivity];
    expect(Math.max(...all.map(({ length }) => length))).toBe(64);
    const text = all.map((ids) => tokenizer.decode(ids)).join("");
    expect(text).toContain("1 + 1 = 2. 1 + 1 = 2.");
    expect(found.sensitivity.length).toBeGreaterThan(0);
    expect(found.calibration.length).toBeGreaterThan(0);
  });

  it("is the same problems each time, and measured on others", async () => {
    const tokenizer = await Tokenizer.load(abacusDraft);
    const one = await readCalibration(tokenizer, { ...options, source: "problems" });
    expect(await readCalibration(tokenizer, { ...options, source: "problems" })).toEqual(one);
    const other = await readCalibration(tokenizer, { ...options, source: "problems", seed: 2 });
    expect(other).not.toEqual(one);
    const sum = (list: readonly Int32Array[]) => list.reduce((n, { length }) => n + length, 0);
    expect(sum(one.sensitivity)).toBeGreaterThanOrEqual(100);
    expect(sum(one.calibration) + sum(one.sensitivity)).toBeGreaterThanOrEqual(500);
  });

  it.each([
    ["{", "texts.jsonl:1"],
    ['{"question": 1}', "expected text, or messages"],
    ['{"text": "1"}', "expected at least two different texts"],
    ['{"text": "1"}\n{"text": "1"}', "expected at least two different texts"],
  ])("refuses %j", async (line, message) => {
    const tokenizer = await Tokenizer.load(abacusDraft);
    const path = join(root, "texts.jsonl");
    await writeFile(path, `${line}\n`);
    const reading = readCalibration(tokenizer, { ...options, source: { path } });
    await expect(reading).rejects.toMatchObject({
      code: "ERR_INPUT",
      message: expect.stringContaining(message),
    });
  });
});
