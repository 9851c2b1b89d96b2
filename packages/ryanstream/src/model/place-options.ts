// Options that say which files a model is, shared by the commands.

import { stat } from "node:fs/promises";
import type {
  FoundDescription,
  FoundRepository,
  HubOptions,
  ModelHeaders,
  ModelPlace,
  WeightFormat,
} from "@ryanstream/models";
import type { Tokenizer } from "@ryanstream/tokenizer";
import type { Arguments } from "../cli/arguments.js";
import type { OptionSpecs } from "../cli/command.js";
import type { Terminal } from "../cli/terminal.js";
import { bytesText, percentText } from "../cli/units.js";
import { visible } from "../cli/visible.js";

/** Those of the hub alone. */
export const hubOptionSpecs: OptionSpecs = {
  revision: { value: "NAME", help: "branch, tag or commit of a hub repository; default main" },
  offline: { help: "use only what is on disk; HF_HUB_OFFLINE=1 does the same" },
};

export const placeOptions: OptionSpecs = {
  tokenizer: { value: "PLACE", help: "take the tokenizer from this file, folder or hub id" },
  ...hubOptionSpecs,
};

function hubOptions(given: Arguments, { progress }: Terminal): HubOptions {
  const revision = given.text("revision");
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(given.has("offline") ? { offline: true } : {}),
    onProgress: ({ file, all: { received, total, files, filesDone } }) =>
      progress.show(
        () =>
          `fetching ${percentText(received / Math.max(1, total))} of ${bytesText(total)}, ` +
          `${filesDone} of ${files} files: ${visible(file)}`,
      ),
  };
}

/** A model of the hub before its weights are fetched. */
export interface Unfetched {
  /** Has configuration and tokenizer; undefined for GGUF files, which have both inside. */
  readonly folder: string | undefined;
  /** What is known of it; of a server that gives no parts of files, only what is beside the weights, or nothing. */
  describe(weights: WeightFormat): Promise<FoundDescription | undefined>;
}

async function describeEarly(
  name: string,
  found: FoundRepository,
  weights: WeightFormat,
  given: Arguments,
  terminal: Terminal,
): Promise<FoundDescription | undefined> {
  const { describeFound } = await import("@ryanstream/models");
  const { signal, progress } = terminal;
  progress.show(() => `reading headers of ${visible(name)}`);
  const hub = hubOptions(given, terminal);
  const description = await describeFound(name, found, { weights, hub, signal });
  progress.clear();
  return description;
}

/**
 * The files of a model, fetched if they are on the hub.
 *
 * @param beforeWeights  what it throws keeps the weights of the hub from being fetched
 */
export async function findModel(
  name: string,
  given: Arguments,
  terminal: Terminal,
  beforeWeights: (model: Unfetched) => Promise<void> = async () => {},
): Promise<ModelPlace> {
  const { resolveModel } = await import("@ryanstream/models");
  const { signal, progress } = terminal;
  const place = await resolveModel(name, {
    hub: hubOptions(given, terminal),
    signal,
    beforeWeights: (found) =>
      beforeWeights({
        folder: found.folder,
        describe: (weights) => describeEarly(name, found, weights, given, terminal),
      }),
  });
  progress.clear();
  return place;
}

/** The headers of a model; of one that is on the hub and not in the cache, nothing else is fetched. */
export async function findHeaders(
  name: string,
  given: Arguments,
  terminal: Terminal,
): Promise<ModelHeaders> {
  const { openHeaders } = await import("@ryanstream/models");
  const { signal, progress } = terminal;
  progress.show(() => `reading headers of ${visible(name)}`);
  const headers = await openHeaders(name, { hub: hubOptions(given, terminal), signal });
  progress.clear();
  return headers;
}

/** The tokenizer at a place that {@link findModel} gave, or at `--tokenizer`. */
export async function openTokenizer(
  place: string,
  given: Arguments,
  { signal, progress }: Terminal,
): Promise<Tokenizer> {
  const { loadTokenizer } = await import("./load-tokenizer.js");
  const own = given.text("tokenizer");
  const revision = own === undefined ? given.text("revision") : undefined;
  const tokenizer = await loadTokenizer(own ?? place, {
    signal,
    ...(revision === undefined ? {} : { revision }),
    ...(given.has("offline") ? { offline: true } : {}),
    onProgress: ({ url, loaded }) =>
      progress.show(() => `fetching ${url.split("/").at(-1)}: ${bytesText(loaded)}`),
  });
  progress.clear();
  signal.throwIfAborted();
  return tokenizer;
}

/** Where the tokenizer is that a person named: of the hub, no more than it is fetched. */
export async function findTokenizer(
  name: string,
  given: Arguments,
  terminal: Terminal,
): Promise<string> {
  const status = await stat(name).catch(() => undefined);
  // A file of weights may have its tokenizer beside it.
  if (status?.isFile() && !/\.ryan$/i.test(name)) return name;
  const { parseHubName } = await import("@ryanstream/models");
  const hub = status === undefined ? parseHubName(name) : undefined;
  if (hub !== undefined && hub.file === undefined) return name;
  return (await findModel(name, given, terminal)).tokenizer;
}
