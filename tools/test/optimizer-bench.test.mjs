// The comparison of optimizers from end to end at a tiny size, and that it goes on where it was stopped.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "optimizers-"));
const results = join(folder, "results.jsonl");
const text = join(folder, "text.txt");
writeFileSync(text, "What is written here is read again and again. ".repeat(400));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...more) {
  const args = ["tools/bench/optimizers.ts", "--results", results, "--text", text, "--json"];
  const tiny = "--width 8 --layers 1 --batch 8 --time 8 --steps 6 --trials 2 --seeds 2 --threads 1";
  const { stdout, stderr, status } = spawnSync(
    join("node_modules", ".bin", "tsx"),
    ["--conditions=@ryanstream/source", ...args, ...tiny.split(" "), ...more],
    { encoding: "utf8" },
  );
  const rows = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return { rows, stderr, status };
}

const lines = () => readFileSync(results, "utf8").split("\n").slice(0, -1);

it("compares on problems, text and small batches, and runs nothing twice", () => {
  const first = run();
  expect(first.stderr).toMatch(/36\/36 small-batch, ryan, seed 2, .*; 0 min left/);
  expect(first.status).toBe(0);
  // Two rows an optimizer and two a peer in each of three settings.
  expect(first.rows).toHaveLength(3 * (2 * 3 + 2 * 2));
  const paired = first.rows.filter((row) => "interval" in row);
  expect(paired).toHaveLength(12);
  for (const { ratio, interval, seeds, reached, ours, peer } of paired) {
    expect(seeds).toBe(2);
    expect(reached).toBeLessThanOrEqual(2);
    expect(interval[0]).toBeLessThanOrEqual(ratio);
    expect(interval[1] ?? Infinity).toBeGreaterThanOrEqual(ratio);
    expect(ours).toBeGreaterThan(0);
    expect(peer).toBeGreaterThan(0);
  }
  const all = lines();
  expect(all).toHaveLength(36);
  const keys = all.map((line) => JSON.stringify(JSON.parse(line).key));
  expect(new Set(keys).size).toBe(36);
  for (const optimizer of ["adamw", "muon", "ryan"]) {
    expect(keys.filter((key) => key.includes(`"${optimizer}"`))).toHaveLength(12);
  }

  // Killed in the middle of a line, with five runs missing.
  writeFileSync(results, `${all.slice(0, 31).join("\n")}\n${all[31].slice(0, 40)}`);
  const second = run();
  expect(second.status).toBe(0);
  const losses = (of) => of.filter(({ name }) => name.includes(": loss after")).map((r) => r.ours);
  expect(losses(second.rows)).toEqual(losses(first.rows));
  const curves = (of) =>
    of.map((line) => JSON.parse(line)).map(({ key, result }) => [key, result.curve]);
  expect(lines().slice(0, 31)).toEqual(all.slice(0, 31));
  expect(curves(lines())).toEqual(curves(all));
  const third = run();
  expect(lines()).toHaveLength(36);
  expect(third.rows).toEqual(second.rows);

  // Another Ryan-Optimizer is another run; the others are those from before.
  run("--data", "problems", "--ryan", '{"cautious":false}');
  const added = lines()
    .slice(36)
    .map((line) => JSON.parse(line).key);
  expect(added).toHaveLength(4);
  for (const key of added)
    expect(key).toMatchObject({ optimizer: "ryan", ryan: { cautious: false } });
}, 300_000);

it("says what it expects of its options", () => {
  const wrong = run("--seeds", "0");
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain("--seeds: expected a whole number above 0, found 0");
  expect(run("--ryan", "[]").stderr).toContain(
    "--ryan: expected a JSON object of options, found []",
  );
  expect(run("--data", "other").stderr).toContain(
    "--data: expected some of problems,text,small-batch",
  );
});
