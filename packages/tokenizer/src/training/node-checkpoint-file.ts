// Checkpoints in a file, on hosts that have files.

import { TokenizerError } from "../errors.js";
import type { CheckpointStore } from "./checkpoint.js";

/** Keeps the checkpoint at `path`; a new one is written beside it and renamed, so that it is never half there. */
export function checkpointFile(path: string): CheckpointStore {
  const failed = (what: string, cause: unknown): TokenizerError =>
    new TokenizerError("ERR_LOAD", `The checkpoint ${path} could not be ${what}: ${cause}`, {
      cause,
    });
  return {
    async load() {
      const { readFile } = await import("#node");
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as { code?: string }).code === "ENOENT") return undefined;
        throw failed("read", error);
      }
    },
    async save(bytes) {
      const { open, rename } = await import("#node");
      try {
        const file = await open(`${path}.new`, "w");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(`${path}.new`, path);
      } catch (error) {
        throw failed("written", error);
      }
    },
  };
}
