// A training run's checkpoints in a tenth of their bytes: keyframes, and links that say what has changed since.

import { mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { loadCoders } from "../entropy/index.js";
import { FormatError } from "../errors.js";
import { Turns } from "../turns.js";
import { syncFolder } from "../writing/pending-file.js";
import {
  type Chain,
  chainFile,
  chainFiles,
  type Link,
  MOST_LINKS,
  openLink,
  readChain,
  type SeriesDamage,
  writeLink,
} from "./chain.js";
import type {
  AppendReport,
  RestoredCheckpoint,
  RestoredTensor,
  SeriesCheckpoint,
  SeriesTensor,
  SeriesTensorInfo,
} from "./checkpoint.js";
import { type Directory, directoryText, parseDirectory, type SeriesLevel } from "./directory.js";
import { byteLengthOf, elementsOf, familiesOf, stretchesOf } from "./families.js";
import { bytesOf } from "./floats.js";
import { precisionOf, type SeriesPrecision } from "./precision.js";
import { type Base, bytesOfRoles, decodeStretch, encodeStretch, noBase } from "./stretch-codec.js";

export interface SeriesOptions {
  /** Checkpoints in a file: a keyframe and what builds on it; at most 1,024. Default: 12. */
  readonly keyframeEvery?: number;
  /** How many checkpoints there are at least; files that no one of them needs are removed. Default: all are kept. */
  readonly keep?: number;
  /** Every tensor bit for bit, whatever its role. Default: `false`. */
  readonly exact?: boolean;
  /** How finely states are stored. */
  readonly precision?: Partial<SeriesPrecision>;
}

/** The checkpoint that a link can build on. */
interface Last {
  readonly link: Link;
  readonly directory: string;
  readonly base: Base;
}

/**
 * Opens a folder with a series of checkpoints, or one that isn't there yet.
 *
 * @throws FormatError `ERR_ARGUMENT`, `ERR_FILE`
 *
 * @example
 * const series = await openSeries("checkpoints", { keyframeEvery: 12 });
 * const { bitsPerParameter } = await series.append({ step, tensors, metadata: { seed: "1" } });
 * const { tensors } = await series.read(); // the last one
 */
export async function openSeries(
  folder: string,
  options: SeriesOptions = {},
): Promise<CheckpointSeries> {
  const { keyframeEvery = 12, keep = Number.MAX_SAFE_INTEGER } = options;
  const most = { keyframeEvery: MOST_LINKS, keep: Number.MAX_SAFE_INTEGER };
  for (const [name, value] of Object.entries({ keyframeEvery, keep })) {
    const end = most[name as keyof typeof most];
    if (Number.isSafeInteger(value) && value >= 1 && value <= end) continue;
    const expected = `a whole number from 1 to ${end} as ${name}`;
    throw new FormatError("ERR_ARGUMENT", { expected, found: value });
  }
  const precision = precisionOf(options.precision);
  const level = options.exact === true ? "exact" : "resume";
  const series = new CheckpointSeries(folder, { keyframeEvery, keep, level, precision });
  await loadCoders(); // they are ten times as fast, and write the same
  await series.refresh();
  return series;
}

interface Settings {
  readonly keyframeEvery: number;
  readonly keep: number;
  readonly level: SeriesLevel;
  readonly precision: SeriesPrecision;
}

export class CheckpointSeries {
  readonly folder: string;
  readonly #options: Settings;
  #chains: readonly Chain[] = [];
  #damage: readonly SeriesDamage[] = [];
  #last: Last | undefined;
  /** Two that append at a time would each take the other's end for their own. */
  readonly #turns = new Turns();

  /** @internal Use {@link openSeries}. */
  constructor(folder: string, options: Settings) {
    this.folder = folder;
    this.#options = options;
  }

  /** Steps of the checkpoints, ascending. */
  get steps(): readonly number[] {
    return this.#links().map(({ step }) => step);
  }

  /** What of the files couldn't be listed: the checkpoints there are lost. Data is looked at when it is read. */
  get damage(): readonly SeriesDamage[] {
    return this.#damage;
  }

  /** Looks at the folder again. */
  refresh(): Promise<void> {
    return this.#turns.take(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    const damage: SeriesDamage[] = [];
    const chains: Chain[] = [];
    for (const { file } of await chainFiles(this.folder))
      chains.push(await readChain(file, damage));
    this.#chains = chains;
    this.#damage = damage;
  }

  /**
   * Adds a checkpoint; it is on the disk when this resolves, and what was there before stays until then. It builds on the one
   * before if that has the same tensors and was appended or read by this object last; or it can be read now. Several at a time
   * are done one after the other; other processes must not append to the folder.
   *
   * @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR`, `ERR_DATA`, `ERR_METADATA`, `ERR_FILE`; `ERR_CHANGED` where another
   * process appends
   */
  append(checkpoint: SeriesCheckpoint): Promise<AppendReport> {
    return this.#turns.take(() => this.#append(checkpoint));
  }

  async #append({ step, tensors, metadata = {} }: SeriesCheckpoint): Promise<AppendReport> {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new FormatError("ERR_ARGUMENT", { expected: "a whole number as step", found: step });
    }
    const { level, precision } = this.#options;
    const directory = directoryText({ level, tensors });
    const families = familiesOf(codedAs(level, tensors));
    const before = await this.#buildsOn(step, directory);
    const base = before?.base ?? noBase();
    const next = noBase();
    const data = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    const byKind = new Map<number, number>();
    const stretches = function* () {
      for (const stretch of stretchesOf(families)) {
        const encoded = encodeStretch(
          stretch,
          ({ name }) => dataOf(data.get(name) as SeriesTensor),
          base,
          next,
          precision,
        );
        for (const [kind, bytes] of encoded.byKind)
          byKind.set(kind, bytes + (byKind.get(kind) ?? 0));
        yield encoded.blob;
      }
    };
    const file = before?.link.file ?? chainFile(this.folder, step);
    if (before === undefined) {
      const made = await mkdir(this.folder, { recursive: true });
      if (made !== undefined) await syncFolder(dirname(made));
    }
    this.#last = undefined;
    const { bytes, commit } = await writeLink(file, {
      step,
      metadata,
      directory: before === undefined ? directory : undefined,
      after: before?.link.commit,
      stretches: stretches(),
    });
    this.#last = { link: { file, commit, step }, directory, base: next };
    if (before === undefined) await this.#drop(step, file);
    await this.#refresh();
    const parameters = tensors
      .filter(({ role }) => role === "weight")
      .reduce((sum, { shape }) => sum + elementsOf(shape), 0);
    const kind = before === undefined ? "keyframe" : "link";
    return { step, kind, file, parameters, ...sizesOf(bytes, parameters, byKind) };
  }

  /**
   * A checkpoint, by default the last; the next `append` builds on it if it is the last.
   *
   * @throws FormatError `ERR_SERIES` for a step that there isn't, `ERR_CHUNK` and others for one that is damaged, which
   * those before it in the file needn't be
   */
  read(step?: number): Promise<RestoredCheckpoint> {
    return this.#turns.take(() => this.#read(step));
  }

  async #read(step?: number): Promise<RestoredCheckpoint> {
    const links = this.#links();
    const link = step === undefined ? links.at(-1) : links.find((each) => each.step === step);
    if (link === undefined) {
      throw new FormatError("ERR_SERIES", {
        file: this.folder,
        expected: step === undefined ? "a checkpoint" : `a checkpoint of step ${step}`,
        found: links.length === 0 ? "none" : `steps ${this.steps.join(", ")}`,
      });
    }
    const chain = this.#chains.find(({ file }) => file === link.file) as Chain;
    let base = noBase();
    let text = "";
    let directory: Directory | undefined;
    for (const each of chain.links.slice(0, link.commit)) {
      const wanted = each === link;
      const stored = await openLink(each);
      try {
        if (directory === undefined) {
          text = await stored.directory();
          directory = parseDirectory(text);
        }
        const { level, tensors } = directory;
        const next = noBase();
        const restored = new Map<string, Uint8Array<ArrayBuffer>>();
        const stretches = stretchesOf(familiesOf(codedAs(level, tensors)));
        for (const [i, stretch] of stretches.entries()) {
          decodeStretch(stretch, await stored.stretch(i), base, next, ({ name }, bytes) => {
            if (wanted) restored.set(name, bytes);
          });
        }
        base = next;
        if (!wanted) continue;
        if (link === links.at(-1)) this.#last = { link, directory: text, base };
        const { metadata } = stored;
        return { step: link.step, metadata, tensors: named(tensors, restored) };
      } catch (error) {
        throw located(error, each);
      } finally {
        await stored.source.close();
      }
    }
    throw new FormatError("ERR_SERIES", {
      file: link.file,
      expected: "its commits",
      found: "none",
    });
  }

  /** Removes the files whose checkpoints are all of a step or earlier. */
  clear(step: number): Promise<void> {
    return this.#turns.take(async () => {
      for (const { file, links } of this.#chains) {
        if (links.every((link) => link.step <= step)) await rm(file, { force: true });
      }
      this.#last = undefined;
      await this.#refresh();
    });
  }

  /** What the checkpoint of a step can build on: the last one, if its file has room and the same tensors. */
  async #buildsOn(step: number, directory: string): Promise<Last | undefined> {
    const newest = this.#links().at(-1);
    const chain = this.#chains.at(-1);
    if (newest === undefined || chain === undefined || step <= newest.step) return undefined;
    // A later file that can't be read now may be read again, and then it ends this one.
    if (chain.file !== newest.file) return undefined;
    // A file whose end can't be read can't be added to.
    if (this.#damage.some(({ file }) => file === newest.file)) return undefined;
    if (chain.links.length >= this.#options.keyframeEvery) return undefined;
    if (this.#last === undefined) {
      await this.#read(newest.step).catch((error: unknown) => {
        if (!(error instanceof FormatError)) throw error; // damaged: a keyframe needs nothing of it
      });
    }
    const last = this.#last;
    const isNewest = last?.link.file === newest.file && last.link.commit === newest.commit;
    return isNewest && last.directory === directory ? last : undefined;
  }

  /** Files that begin later than what is written now, which takes their place; then the oldest that aren't needed. */
  async #drop(step: number, written: string): Promise<void> {
    for (const { file, first } of await chainFiles(this.folder)) {
      if (first >= step && file !== written) await rm(file, { force: true });
    }
    await this.#refresh();
    const chains = [...this.#chains];
    let count = this.#links().length;
    for (const { file, links } of chains) {
      const own = this.#links().filter((each) => links.includes(each)).length;
      if (file === written || count - own < this.#options.keep) break;
      await rm(file, { force: true });
      count -= own;
    }
  }

  /** Of all files; what a later file begins before is left out. */
  #links(): readonly Link[] {
    return this.#chains.flatMap(({ links }, i) => {
      const later = this.#chains.slice(i + 1).flatMap((chain) => chain.links[0]?.step ?? []);
      const end = Math.min(Infinity, ...later);
      return links.filter(({ step }) => step < end);
    });
  }
}

const codedAs = (level: SeriesLevel, tensors: readonly SeriesTensorInfo[]): SeriesTensorInfo[] =>
  tensors.map(({ name, role, of, dtype, shape }) =>
    level === "exact" ? { name, role: "exact", dtype, shape } : { name, role, of, dtype, shape },
  );

function dataOf(tensor: SeriesTensor): Uint8Array {
  const { name, data } = tensor;
  const bytes = bytesOf(typeof data === "function" ? data() : data);
  const expected = byteLengthOf(tensor);
  if (bytes.length === expected) return bytes.slice(); // links build on it
  throw new FormatError("ERR_DATA", {
    tensor: name,
    expected: `${expected} bytes`,
    found: bytes.length,
  });
}

const named = (
  tensors: readonly SeriesTensorInfo[],
  restored: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Map<string, RestoredTensor> =>
  new Map(
    tensors.map((tensor) => [
      tensor.name,
      { ...tensor, data: restored.get(tensor.name) as Uint8Array<ArrayBuffer> },
    ]),
  );

function sizesOf(bytes: number, parameters: number, byKind: ReadonlyMap<number, number>) {
  const each = 8 / Math.max(1, parameters);
  const parts = bytesOfRoles(byKind);
  const { weights, firstMoments, secondMoments, averages } = parts;
  const other = bytes - weights - firstMoments - secondMoments - averages;
  return {
    bytes,
    bitsPerParameter: bytes * each,
    bits: {
      weights: weights * each,
      firstMoments: firstMoments * each,
      secondMoments: secondMoments * each,
      averages: averages * each,
      other: other * each,
    },
  };
}

/** Says which file, where the coder doesn't know. */
function located(error: unknown, { file, step }: Link): unknown {
  if (!(error instanceof FormatError) || error.file !== undefined) return error;
  const expected = `a checkpoint of step ${step} that can be read`;
  return new FormatError(error.code, { file, expected, found: error.message, cause: error });
}
