// Forgotten native memory is reported. Collection is asked for, which V8 allows
// when it is told to; what it collects is then certain, when is not.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it, vi } from "vitest";
import * as t from "../src/index.js";

vi.setConfig({ testTimeout: 60_000 }); // busy machines

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The warnings that `use` leads to; they are kept from the gate that fails files which leak. */
async function warningsOf(use: () => unknown, wanted: number): Promise<string[]> {
  using emit = vi.spyOn(process, "emitWarning").mockReturnValue();
  await use();
  for (let i = 0; i < 50 && emit.mock.calls.length < wanted; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return emit.mock.calls.map(([message, options]) => {
    expect(options).toMatchObject({ code: "RYANSTREAM_LEAK" });
    return String(message);
  });
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

it("what holds memory is named until it is disposed of", async () => {
  const before = t.liveHandles().names;
  using w = t.parameter("w", t.f32(2), { init: 1 });
  using s = t.state("s", t.f32(2));
  using p = t.program({}, () => t.add(w, s));
  expect(t.liveHandles().names).toEqual(before);
  await p.run({});
  const program = `program ${p.hash.slice(0, 12)}`;
  expect(t.liveHandles().names.toSorted()).toEqual(
    [...before, 'Parameter "w"', program, 'State "s"'].toSorted(),
  );
  for (const handle of [w, s, p]) handle.dispose();
  expect(t.liveHandles().names).toEqual(before);
});
