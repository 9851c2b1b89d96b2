// What the environment says about the hub, in the variables that Python's huggingface_hub reads
// (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { HubError } from "./errors.js";

const variable = (name: string): string | undefined => process.env[name] || undefined;

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? "");

/** A folder as a shell would read it: `~`, `$NAME` and `${NAME}` stand for what they mean. */
function folder(name: string): string | undefined {
  return variable(name)
    ?.replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (all, bare, braced) => process.env[bare ?? braced] ?? all);
}

const home = (): string =>
  folder("HF_HOME") ?? join(folder("XDG_CACHE_HOME") ?? join(homedir(), ".cache"), "huggingface");

/** HF_HUB_CACHE, else `hub` in HF_HOME, in XDG_CACHE_HOME/huggingface or in ~/.cache/huggingface. */
export const cacheFolder = (given?: string): string =>
  resolve(
    given ?? folder("HF_HUB_CACHE") ?? folder("HUGGINGFACE_HUB_CACHE") ?? join(home(), "hub"),
  );

/** Whether HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) forbids the network. */
export const isOffline = (given?: boolean): boolean =>
  given ?? isTrue(variable("HF_HUB_OFFLINE") ?? variable("TRANSFORMERS_OFFLINE"));

/** Whether HF_HUB_DISABLE_SYMLINKS asks for files in place of symbolic links. */
export const symlinksDisabled = (): boolean => isTrue(variable("HF_HUB_DISABLE_SYMLINKS"));

/**
 * The hub's address, from HF_ENDPOINT by default, without a slash at its end.
 *
 * @throws HubError `ERR_ARGUMENT` if it's not an http or https address
 */
export function endpointOf(given?: string): string {
  const text = given ?? variable("HF_ENDPOINT") ?? "https://huggingface.co";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new HubError(
      "ERR_ARGUMENT",
      `expected an http or https address as the endpoint (HF_ENDPOINT), found ${text}`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/**
 * The token to send: the one given, else HF_TOKEN, else what `hf auth login` left in HF_TOKEN_PATH or
 * HF_HOME/token. `false` is none, as is HF_HUB_DISABLE_IMPLICIT_TOKEN without a given one.
 *
 * @throws HubError `ERR_ARGUMENT` if it can't be a header's value
 */
export async function tokenOf(given?: string | false): Promise<string | undefined> {
  if (given === false) return undefined;
  const token = (given ?? (await implicitToken()))?.replace(/[\r\n]/g, "").trim() || undefined;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new HubError(
      "ERR_ARGUMENT",
      "expected a token of visible ASCII characters, found others; look at HF_TOKEN and the token's file",
    );
  }
  return token;
}

async function implicitToken(): Promise<string | undefined> {
  if (isTrue(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return undefined;
  const token = variable("HF_TOKEN") ?? variable("HUGGING_FACE_HUB_TOKEN");
  if (token !== undefined) return token;
  try {
    return await readFile(folder("HF_TOKEN_PATH") ?? join(home(), "token"), "utf8");
  } catch {
    return undefined; // nobody is logged in
  }
}
