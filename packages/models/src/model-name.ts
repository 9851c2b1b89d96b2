// What a person calls a model by: a path, or a repository of the hub, perhaps with the
// file in it that is meant.

/** A repository of the hub, and which of its GGUF files. */
export interface HubName {
  readonly repository: string;
  /** A file's path in the repository, or a part of its name such as `Q4_K_M`. */
  readonly file: string | undefined;
}

const HUB = /^(\w[\w.-]*\/\w[\w.-]*)(?:[:/](\S+))?$/;
const FILE = /\.(?:gguf|safetensors|ryan|json|bin|pth?)$/i;

/**
 * Reads `owner/name`, `owner/name:FILE.gguf`, `owner/name/FILE.gguf` and `owner/name:Q4_K_M`, as llama.cpp and the
 * hub's pages write them; undefined for what can only be a path.
 */
export function parseHubName(text: string): HubName | undefined {
  const [, repository, file] = HUB.exec(text) ?? [];
  if (repository === undefined || FILE.test(repository)) return undefined;
  // After a slash, only a file makes sense: `models/llama/7b` is a folder that isn't there.
  if (file !== undefined && text[repository.length] === "/" && !FILE.test(file)) return undefined;
  return { repository, file };
}
