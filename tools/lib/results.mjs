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

/** Whether this command is one of those that `.ci/run` adds up. */
export const inCi = process.env.RYANSTREAM_CI === "1";

/** Forgets the results of earlier runs, unless CI adds this command's to them. */
export function clearResults() {
  if (inCi) return;
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

/**
 * Vitest's report as a result.
 * @param {string} step
 * @param {number} status    what vitest exited with
 * @param {any} report       what its JSON reporter wrote; undefined when there is none
 * @returns {Result}
 */
export function vitestResult(step, status, report) {
  if (report === undefined) {
    const failures = ["vitest ended without a report"];
    return { step, passed: 0, failed: 1, skipped: 0, failures };
  }
  const failures = report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    // A file that could not be loaded fails without any test of its own.
    if (failed.length === 0) return file.status === "failed" ? [file.name] : [];
    return failed.map((test) => test.fullName);
  });
  // Vitest exits non-zero for an unhandled error too, with every test passed.
  if (status !== 0 && failures.length === 0) failures.push(`vitest exited with ${status}`);
  return {
    step,
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

/** Saves what vitest left in its report. */
export function recordVitest(step, status) {
  let report;
  try {
    report = JSON.parse(readFileSync(vitestReport, "utf8"));
  } catch {
    // killed before it could write one
  }
  const result = vitestResult(step, status, report);
  saveResult(result);
  return result.failed === 0;
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

const sum = (results, key) => results.reduce((all, result) => all + result[key], 0);

/** Whether anything ran and nothing failed. */
export const allPassed = (results) => sum(results, "passed") > 0 && sum(results, "failed") === 0;

/**
 * Prints a row for each step, the names of what failed, and the total on a line of its own.
 * @param {Result[]} results
 * @returns {boolean} whether anything ran and nothing failed.
 */
export function printTally(results) {
  const width = Math.max(0, ...results.map(({ step }) => step.length));
  console.log("");
  for (const { step, passed, failed, skipped, failures } of results) {
    const row = [
      `${passed} ok`,
      failed ? `${failed} FAILED` : "",
      skipped ? `${skipped} skipped` : "",
    ];
    console.log(`${step.padEnd(width)} ${row.filter(Boolean).join(", ")}`);
    for (const failure of failures) console.log(`  FAILED ${failure}`);
  }
  console.log(`${sum(results, "passed")} passed, ${sum(results, "failed")} failed`);
  return allPassed(results);
}

/** The end of a command: the tally, unless CI runs it among others and prints one for all. */
export function finish() {
  const results = allResults();
  return inCi ? allPassed(results) : printTally(results);
}
