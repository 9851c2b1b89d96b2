import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { abacus, abacusDraft } from "@ryanstream/model-abacus";
import { loadModel } from "@ryanstream/models";
import { problems, verify } from "@ryanstream/problems";
import { Tokenizer } from "@ryanstream/tokenizer";
import { describe, expect, it } from "vitest";
import { score } from "../src/solving/evaluation.js";
import { solveProblems } from "../src/solving/solve-problems.js";
import { jsonLines, useCli } from "./support/cli.js";
import { useTinyModel, writeTinyFolder } from "./support/tiny-model.js";

const cli = useCli();
const tiny = useTinyModel();
const question = "What is 35 + 15?";

describe("ryanstream solve", () => {
  it("shows the steps, then the answer", async () => {
    const { code, stdout } = await cli.run(["solve", question]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toBe("Answer: 50");
    expect(lines.at(-2)).toBe("· The answer is \\boxed{50}.");
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^[✓↻·] /);
  });

  it("marks lines that it corrected, and tells how many on stderr", async () => {
    const { stdout, stderr } = await cli.run(["solve", "What is 27 * 141 + 3512?"]);
    expect(stdout).toMatch(/^↻ /m);
    expect(stderr).toMatch(/\d+ checked, ↻ \d+ corrected, · 1 not checkable/);
  });

  it("says what the model says where nothing is to be checked", async () => {
    const { stdout } = await cli.run(["solve", question, "--no-check"]);
    expect(stdout).toMatch(/^The answer is \\boxed\{50\}\.$/m);
    expect(stdout).not.toMatch(/[✓↻·✗]/);
  });

  it("takes the answer of most chains", async () => {
    const words = ["solve", question, "--chains", "3", "--temperature", "0.3"];
    const { stdout } = await cli.run(words);
    expect(stdout).toMatch(/^Answer: 50 \([23] of [23] solutions\)$/m);
    const [found] = jsonLines((await cli.run([...words, "--json"])).stdout);
    expect(found).toMatchObject({ answer: "50", chains: 3 });
  });

  it("gives JSON to programs", async () => {
    const { code, stdout, stderr } = await cli.run(["solve", "--json"], { input: `${question}\n` });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [found, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ question, answer: "50", finishReason: "stop" });
    const { steps = [], text } = found as { steps?: { text: string }[]; text?: string };
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.map((step) => step.text).join("\n")).toBe(text);
    expect(steps.at(-1)).toMatchObject({ status: "unchecked" });
  });

  it("is the same each time", async () => {
    const [one, other] = [await cli.run(["solve", question]), await cli.run(["solve", question])];
    expect(one.stdout).toBe(other.stdout);
  });

  it("fails where there is no answer", async () => {
    const { code, stdout, stderr } = await cli.run(["solve", question, "--max-tokens", "3"]);
    expect(code).toBe(1);
    expect(stdout).not.toContain("Answer");
    expect(stderr).toContain("within 3 tokens, found none (ERR_NO_ANSWER)\nRaise --max-tokens");
  });

  it("refuses an empty problem, and a model without a chat template", async () => {
    const empty = await cli.run(["solve", " "]);
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining("(ERR_INPUT)") });
    const folder = join(tiny.folder, "no-template");
    await mkdir(folder);
    await writeTinyFolder(folder, { template: null });
    const { code, stderr } = await cli.run(["solve", question, "--model", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_NO_CHAT_TEMPLATE)");
  });
});

describe("ryanstream evaluate", () => {
  it("tells how many are right by kind", async () => {
    const words = ["evaluate", abacusDraft, "-n", "12", "--json", "--max-tokens", "100"];
    const { code, stdout } = await cli.run(words);
    expect(code).toBe(0);
    const [found] = jsonLines(stdout);
    expect(found).toMatchObject({ split: "test", problems: 12, seed: 1 });
    const kinds = found?.["kinds"] as { solved: number; correct: number }[];
    expect(kinds.reduce((n, { solved }) => n + solved, 0)).toBe(12);
    expect(kinds.reduce((n, { correct }) => n + correct, 0)).toBe(found?.["correct"]);
    const [checked] = jsonLines((await cli.run([...words, "--check"])).stdout);
    expect(checked?.["correct"]).toBeGreaterThanOrEqual(found?.["correct"] as number);
  });
});

describe("ryanstream evaluate --compare", () => {
  it("says at once that there is nothing to compare with", async () => {
    const words = ["evaluate", abacusDraft, "-n", "1000000", "--compare", "none-such"];
    const { code, stderr } = await cli.run(words);
    expect(code).toBe(1);
    expect(stderr).toContain("(ERR_NOT_FOUND)");
  }, 20_000);

  const words = ["evaluate", abacusDraft, "-n", "10", "--max-tokens", "80"];

  it("finds nothing lost or gained against itself, and bounds the loss all the same", async () => {
    const { stdout } = await cli.run([...words, "--compare", abacusDraft, "--json"]);
    const [found = {}] = jsonLines(stdout);
    const same = { lost: 0, gained: 0, loss: 0, flips: [], sameText: 10, problems: 10 };
    expect(found["compare"]).toMatchObject({ ...same, correct: found["correct"] });
    const { lossBound } = found["compare"] as { lossBound: number };
    expect(lossBound).toBeCloseTo(1.6448536 ** 2 / (10 + 1.6448536 ** 2), 6);
  });

  it("shows what one of both solved", async () => {
    const args = [...words, "--compare", abacus, "--flips"];
    const { code, stdout } = await cli.run(args);
    expect(code).toBe(0);
    const [found = {}] = jsonLines((await cli.run([...args, "--json"])).stdout);
    const { lost, gained, flips } = found["compare"] as {
      lost: number;
      gained: number;
      flips: { lost: boolean }[];
    };
    expect(lost).toBeGreaterThan(0); // abacus solves more than its draft
    expect(flips).toHaveLength(lost + gained);
    expect(stdout.match(/^lost: /gm)).toHaveLength(lost);
    expect(stdout.match(/^gained: /gm) ?? []).toHaveLength(gained);
    expect(stdout).toContain(`(${lost} lost, ${gained} gained of 10), with 95 % confidence below`);
  });

  it("is needed by --flips", async () => {
    const { code, stderr } = await cli.run([...words, "--flips"]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected --compare OTHER");
  });
});

describe("abacus", () => {
  it("solves problems that it was not trained on", async () => {
    using model = await loadModel(abacus);
    const tokenizer = await Tokenizer.load(abacus);
    const asked = [...problems({ seed: 3, split: "test", count: 100 })];
    const results = await solveProblems(model, tokenizer, asked);
    expect(score("test", results).accuracy).toBeGreaterThan(0.45);
    // Answers are compared to the character, and its steps are equations that a checker reads.
    for (const { problem, text, correct } of results) {
      if (correct) expect(text).toContain(`\\boxed{${problem.answer.text}}`);
    }
    const sound = results.filter(
      ({ problem, text, correct }) =>
        correct && verify({ ...problem, solution: text.split("\n") }).length === 0,
    );
    expect(sound.length).toBeGreaterThan(results.filter(({ correct }) => correct).length / 2);
  }, 60_000);

  it("solves the same in a batch as alone", async () => {
    using model = await loadModel(abacus);
    const tokenizer = await Tokenizer.load(abacus);
    const asked = [...problems({ seed: 4, split: "test", count: 6 })];
    const together = await solveProblems(model, tokenizer, asked);
    for (const [i, each] of asked.entries()) {
      const [alone] = await solveProblems(model, tokenizer, [each], { sequences: 1 });
      expect(alone?.text).toBe(together[i]?.text);
    }
  });

  it("is what its recipe says", async () => {
    const recipes = join(abacus, "../recipes");
    for (const [name, folder] of [
      ["abacus", abacus],
      ["draft", abacusDraft],
    ] as const) {
      const recipe = JSON.parse(await readFile(join(recipes, `${name}.json`), "utf8"));
      const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
      expect(config).toMatchObject(recipe.model.config);
    }
  });
});
