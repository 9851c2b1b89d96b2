// The ways in which tokens can get into a session, each of which has to give the bits that
// the whole sequence gives when it is alone in one step.

import { createHash } from "node:crypto";
import { Engine, type EngineModel, type KvType, type Session } from "../../src/index.js";

const LENGTH = 35;
const PAGE = 16;
/** Either side of the end of a page, and right before the end. */
const CUTS = [1, 16, 17, LENGTH - 1];
const CHUNKS = [1, 3, 7, 16, 33];
const STRANGERS = [1, 6, 32];

interface Prompt {
  readonly tokens: readonly number[];
  /** The bytes of the logits after each token. */
  readonly rows: readonly Buffer[];
}

const bytesOf = (x: Float32Array) => Buffer.from(x.slice().buffer);

/** Appends tokens in chunks, and compares every row. */
async function append(
  session: Session,
  { tokens, rows }: Prompt,
  to: number,
  chunk: number,
  way: string,
): Promise<void> {
  while (session.length < to) {
    const from = session.length;
    const part = tokens.slice(from, Math.min(to, from + chunk));
    const logits = await session.append(part, "all");
    for (let i = 0; i < part.length; i++) {
      if (bytesOf(logits.row(i)).equals(rows[from + i] as Buffer)) continue;
      throw new Error(`${way}: other bits at position ${from + i} of ${tokens.length}`);
    }
    logits[Symbol.dispose](); // so that later steps write to memory that was used before
  }
}

/** An engine with steps of few rows, so that prompts are cut where their chunks are not. */
const sharedEngine = (model: EngineModel, kvType: KvType) =>
  new Engine(model, {
    memory: 600 * PAGE * model.kvBytesPerPosition(kvType),
    pageSize: PAGE,
    kvType,
    maxRows: 50,
    maxSequences: 24,
    maxLogits: 40,
  });

/** Each of these tokens' logits, as one step of one session. */
async function aloneIn(engine: Engine, tokens: readonly number[]): Promise<Prompt> {
  using session = engine.createSession();
  const before = engine.stats.steps;
  const logits = await session.append(tokens, "all");
  if (engine.stats.steps !== before + 1) throw new Error("expected one step for the whole prompt");
  return { tokens, rows: tokens.map((_, i) => bytesOf(logits.row(i))) };
}

async function inChunks(engine: Engine, prompt: Prompt): Promise<void> {
  for (const chunk of CHUNKS) {
    using session = engine.createSession();
    await append(session, prompt, LENGTH, chunk, `in chunks of ${chunk}`);
  }
}

async function amongStrangers(engine: Engine, prompts: readonly Prompt[]): Promise<void> {
  for (const strangers of STRANGERS) {
    const way = `among ${strangers}`;
    const work = prompts.slice(0, strangers + 1).map(async (prompt, i) => {
      using session = engine.createSession();
      const { length } = prompt.tokens;
      const chunk = CHUNKS[(i + strangers) % CHUNKS.length] as number;
      await append(session, prompt, length - 3, Math.max(3, chunk), way);
      await append(session, prompt, length, 1, way);
    });
    await Promise.all(work);
  }
}

/** Forks at `cut`; the fork goes on as one prompt while the parent goes on as the other. */
async function forked(engine: Engine, one: Prompt, other: Prompt, cut: number): Promise<void> {
  using parent = engine.createSession();
  await append(parent, one, cut, LENGTH, "before a fork");
  using child = parent.fork();
  await Promise.all([
    append(child, one, LENGTH, 7, `the fork at ${cut}`),
    append(parent, other, LENGTH, 16, `the parent of a fork at ${cut}`),
  ]);
}

async function truncated(engine: Engine, prompt: Prompt): Promise<void> {
  using session = engine.createSession();
  for (const [i, cut] of [0, ...CUTS].entries()) {
    await append(session, prompt, LENGTH, CHUNKS.at(-1 - i) as number, `after ${cut} kept`);
    session.truncate(cut);
    // What was there is written over, and forgotten in its turn.
    await session.append([7, 8, 9]);
    session.truncate(cut);
  }
  await append(session, prompt, LENGTH, LENGTH, "appended anew");
}

const tokensOf = (length: number, seed: number, vocabulary: number) =>
  Array.from({ length }, (_, i) => (Math.imul(seed * 131 + i + 1, 2654435761) >>> 8) % vocabulary);

/**
 * Takes all ways.
 *
 * @returns a hash of the logits
 * @throws where any way gives other bits
 */
export async function hashOfAllWays(model: EngineModel, kvType: KvType): Promise<string> {
  using whole = new Engine(model, {
    memory: 8 * PAGE * model.kvBytesPerPosition(kvType),
    pageSize: PAGE,
    kvType,
    maxRows: 128,
    maxLogits: 128,
    maxSequences: 1,
  });
  using shared = sharedEngine(model, kvType);
  const prompts: Prompt[] = [];
  for (let i = 0; i <= Math.max(...STRANGERS); i++) {
    const length = i === 0 ? LENGTH : 1 + ((i * 37) % 30);
    prompts.push(await aloneIn(whole, tokensOf(length, i, model.vocabularySize)));
  }
  const [prompt] = prompts as [Prompt];
  await inChunks(shared, prompt);
  await amongStrangers(shared, prompts);
  for (const cut of CUTS) {
    const tail = tokensOf(LENGTH - cut, cut + 100, model.vocabularySize);
    const other = await aloneIn(whole, [...prompt.tokens.slice(0, cut), ...tail]);
    await forked(shared, prompt, other, cut);
  }
  await truncated(shared, prompt);
  if (shared.stats.usedPages > 0) throw new Error("expected all pages back");
  const hash = createHash("sha256");
  for (const { rows } of prompts) for (const row of rows) hash.update(row);
  return hash.digest("hex");
}
