// Colours, where they are wanted.

export interface Style {
  readonly enabled: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

/**
 * Whether a stream gets colours: `--no-color` goes first, then FORCE_COLOR, then NO_COLOR, then whether it is a
 * terminal; variables that are empty count as not set (https://no-color.org, https://force-color.org).
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  noColor: boolean,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (noColor) return false;
  const force = env["FORCE_COLOR"];
  if (force) return force !== "0" && force !== "false";
  if (env["NO_COLOR"]) return false;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function styleFor(enabled: boolean): Style {
  const wrap =
    (open: number, close: number) =>
    (text: string): string =>
      enabled && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    enabled,
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    cyan: wrap(36, 39),
  };
}
