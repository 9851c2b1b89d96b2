// Forgotten native memory is reported. Collection is asked for, which V8 allows
// when it is told to; what it collects is then certain, when is not.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import * as t from "../src/index.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function warningsOf(use: () => unknown, wanted: number): Promise<string[]> {
  const seen: string[] = [];
  const listen = (w: Error & { code?: string }) => {
    if (w.code === "RYANSTREAM_LEAK") seen.push(w.message);
  };
  process.on("warning", listen);
  await use();
  for (let i = 0; i < 50 && seen.length < wanted; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  process.off("warning", listen);
  return seen;
}

it("a parameter or program that is forgotten is named", async () => {
  const seen = await warningsOf(async () => {
    t.parameter("forgotten", t.f32(2)).read();
    await t.program({ x: t.f32(2) }, ({ x }) => t.neg(x)).run({ x: new Float32Array(2) });
  }, 2);
  expect(seen.sort()).toEqual([
    expect.stringContaining('Parameter "forgotten" was garbage collected without dispose()'),
    expect.stringMatching(/^program \w{12} was garbage collected/),
  ]);
});

it("what is disposed of, or never took memory, is not", async () => {
  const seen = await warningsOf(async () => {
    const p = t.parameter("kept", t.f32(2));
    p.read();
    p.dispose();
    t.parameter("untouched", t.f32(2));
    t.program({ x: t.f32(2) }, ({ x }) => t.neg(x));
    await t.evaluate(() => t.ones(2));
  }, 1);
  expect(seen).toEqual([]);
});
