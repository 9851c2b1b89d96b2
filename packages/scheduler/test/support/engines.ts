// Engines over the hash model, and what tests ask of them again and again.

import { setImmediate as macrotask } from "node:timers/promises";
import { expect } from "vitest";
import { Engine, type EngineOptions, type SchedulerErrorCode } from "../../src/index.js";
import { HashModel, type HashModelOptions } from "./hash-model.js";

export interface Setup extends HashModelOptions, Partial<EngineOptions> {
  readonly pages?: number;
}

/** An engine with so many pages of 16 positions, unless told otherwise. */
export function setup({ vocabularySize, maxPositions, onStep, pages = 64, ...rest }: Setup = {}) {
  const model = new HashModel({
    ...(vocabularySize === undefined ? {} : { vocabularySize }),
    ...(maxPositions === undefined ? {} : { maxPositions }),
    onStep,
  });
  const pageSize = rest.pageSize ?? 16;
  const memory = pages * pageSize * model.kvBytesPerPosition(rest.kvType ?? "f32");
  const engine = new Engine(model, { pageSize, memory, ...rest });
  return { model, engine };
}

export const code = (code: SchedulerErrorCode, message = /./) =>
  expect.objectContaining({
    name: "SchedulerError",
    code,
    message: expect.stringMatching(message),
  });

/** Tokens that depend on the seed. */
export const tokensOf = (count: number, seed = 0) =>
  Int32Array.from({ length: count }, (_, i) => (i * 7 + seed * 13 + ((i * seed) % 11)) % 50);

/** Waits until nothing goes on by itself. */
export async function settled(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await macrotask();
}

/** What has become of a promise by now. */
export function watch<T>(promise: Promise<T>) {
  const seen: { state: "pending" | "resolved" | "rejected"; error?: unknown } = {
    state: "pending",
  };
  promise.then(
    () => {
      seen.state = "resolved";
    },
    (error: unknown) => {
      seen.state = "rejected";
      seen.error = error;
    },
  );
  return seen;
}

/** A step that waits until it is let go on. */
export function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
