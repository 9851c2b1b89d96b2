// A model's tensors to be read whole, wherever it is.

import { stat } from "node:fs/promises";
import type { TensorSource } from "@ryanstream/format";
import type { Arguments } from "../cli/arguments.js";
import type { Terminal } from "../cli/terminal.js";
import { findModel } from "../model/place-options.js";

/** Opens what is at a path, else a model of the hub, which is fetched. */
export async function openWeights(
  name: string,
  given: Arguments,
  terminal: Terminal,
): Promise<TensorSource> {
  const { openTensors } = await import("@ryanstream/format");
  const { signal } = terminal;
  const isHere = (await stat(name).catch(() => undefined)) !== undefined;
  const path = isHere ? name : (await findModel(name, given, terminal)).path;
  return await openTensors(path, { signal });
}
