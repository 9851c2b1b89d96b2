// Where Python's huggingface_hub keeps its cache and token, by the variables that it reads
// (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).

import { homedir } from "node:os";
import { join } from "node:path";
import { env } from "./hub.js";
import { readIfThere } from "./node-files.js";

/** A folder or file as a shell would read it: `~`, `$NAME` and `${NAME}` stand for what they mean. */
const path = (name: string): string | undefined =>
  env(name)
    ?.replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare, braced) => env(bare ?? braced) ?? all);

const home = (): string =>
  path("HF_HOME") ?? join(path("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");

/** HF_HUB_CACHE, else `hub` in HF_HOME, in XDG_CACHE_HOME/huggingface or in ~/.cache/huggingface. */
export const hubCacheFolder = (): string =>
  path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? join(home(), "hub");

/** What `hf auth login` left in HF_TOKEN_PATH or HF_HOME/token. */
export async function storedToken(): Promise<string | undefined> {
  const bytes = await readIfThere(path("HF_TOKEN_PATH") ?? join(home(), "token"));
  return bytes && new TextDecoder().decode(bytes);
}
