// Pairs of answers by form, written for this suite. In the file `<=>` stands between two that are the same and `<!>`
// between two that aren't; a line with `#` begins a form.

import { readFileSync } from "node:fs";

export interface Pair {
  readonly form: string;
  readonly a: string;
  readonly b: string;
  readonly equal: boolean;
}

const file = new URL("../golden/answer-pairs.txt", import.meta.url);

export const pairs: readonly Pair[] = readFileSync(file, "utf8")
  .split(/^# /m)
  .flatMap((part) => {
    const [form = "", ...lines] = part.split("\n");
    return lines
      .filter((line) => line !== "")
      .map((line): Pair => {
        const equal = line.includes(" <=> ");
        const [a, b, ...more] = line.split(equal ? " <=> " : " <!> ");
        if (a === undefined || b === undefined || more.length > 0)
          throw new Error(`no pair: ${line}`);
        return { form, a, b, equal };
      });
  });
