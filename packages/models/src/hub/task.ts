// Which files of which repository are wanted, and where they go.

import type { CacheFolder } from "./cache-folder.js";
import { checkFileName } from "./names.js";

export interface Task {
  readonly repository: string;
  readonly revision: string;
  readonly choose: (names: readonly string[]) => readonly string[];
  readonly cache: CacheFolder;
}

/** The chosen names, each once and each checked. */
export function chosen({ choose, repository }: Task, names: readonly string[]): string[] {
  const files = [...new Set(choose(names))];
  for (const name of files) checkFileName(name, repository);
  return files;
}
