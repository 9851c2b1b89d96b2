// What passed and what failed, from every kind of check, in one place: each step
// leaves a file, and the last one adds them up.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

const folder = join(root, "build", "results");

/**
 * @typedef {{ name: string, ok: boolean, detail?: string }} Check
 * @typedef {{ step: string, passed: number, failed: number, skipped: number, failures: string[] }} Result
 */

/** Forgets the results of earlier runs. */
export function clearResults() {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {Result} result */
export function saveResult(result) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.step}.json`), JSON.stringify(result));
}

/**
 * Saves a step that is a list of checks, and prints those that failed.
 * @param {string} step
 * @param {Check[]} checks
 * @returns {boolean} whether all passed.
 */
export function record(step, checks) {
  const failures = checks.filter((check) => !check.ok);
  for (const { name, detail } of failures) {
    console.error(`FAILED ${step}: ${name}${detail ? `\n${detail.trimEnd()}` : ""}`);
  }
  saveResult({
    step,
    passed: checks.length - failures.length,
    failed: failures.length,
    skipped: 0,
    failures: failures.map(({ name }) => name),
  });
  return failures.length === 0;
}

/** Where vitest's JSON reporter writes. */
export const vitestReport = join(root, "build", "vitest.json");

/** Saves what vitest reported. A run that left no report failed as a whole. */
export function recordVitest(step, status) {
  let report;
  try {
    report = JSON.parse(readFileSync(vitestReport, "utf8"));
  } catch {
    return record(step, [{ name: "vitest ended without a report", ok: false }]);
  }
  const failures = report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    // A file that could not be loaded fails without any test of its own.
    if (failed.length === 0) return file.status === "failed" ? [file.name] : [];
    return failed.map((test) => test.fullName);
  });
  // Vitest exits non-zero for an unhandled error too, with every test passed.
  if (status !== 0 && failures.length === 0) failures.push(`vitest exited with ${status}`);
  saveResult({
    step,
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  });
  return failures.length === 0;
}

/** @returns {Result[]} */
export function allResults() {
  let files = [];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    // no step has run
  }
  return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

/**
 * Prints a row for each step, the names of what failed, and the total on a line of its own.
 * @param {Result[]} results
 * @param {{ total?: boolean }} [options]
 * @returns {boolean} whether anything ran and nothing failed.
 */
export function printTally(results, { total = true } = {}) {
  const sum = (key) => results.reduce((all, result) => all + result[key], 0);
  console.log("");
  for (const { step, passed, failed, skipped, failures } of results) {
    const row = [
      `${passed} ok`,
      failed ? `${failed} FAILED` : "",
      skipped ? `${skipped} skipped` : "",
    ];
    console.log(`${step.padEnd(16)} ${row.filter(Boolean).join(", ")}`);
    for (const failure of failures) console.log(`  FAILED ${failure}`);
  }
  if (total) console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("passed") > 0 && sum("failed") === 0;
}
