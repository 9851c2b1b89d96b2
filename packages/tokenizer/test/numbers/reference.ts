// A plain second reading of the grammar, for texts of ASCII and ¼½¾ without `\`, `_`, `{` and `|`: one
// regular expression per form, tried in order at each place.

const FREE = /(?<![^\s([<>=+*/^,;:&~-])/.source;
const SIGN = `(?:${FREE}[-+]\\$?|(?<=${FREE}\\$)[-+](?!\\$))`;
const END = /(?!\d)/.source;

/** Forms that are no numbers, and are passed over. */
const SKIPPED = [
  /(?<=[A-Za-z])(?<!\d[xX])\d+(?:\.\d+)*/,
  /(?<![\w.)\]}])\.\d+(?:\.\d+)+/,
  /(?<![=<>+\-*/^$\d])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:(?!\d|[=+\-*/^]|T)|T[-+\d.:Z]*)/,
  /(?<![=<>+\-*/^$\d])\d{4}-(?:0[1-9]|[12]\d|3[01])-(?:0[1-9]|1[0-2])(?:(?!\d|[=+\-*/^]|T)|T[-+\d.:Z]*)/,
  /(?<![=<>+\-*/^$\d])(?:\d{4}\/DM|DM\/[12]\d{3}(?!\d))(?![=+\-*/^])/,
].map((form) =>
  form.source.replaceAll(
    "DM",
    "(?:0?[1-9]\\/(?:0?[1-9]|[12]\\d|3[01])|1[0-2]\\/(?:0?[1-9]|[12]\\d|3[01])|(?:0?[1-9]|[12]\\d|3[01])\\/(?:0?[1-9]|1[0-2]))(?!\\d)",
  ),
);

const LONE = /(?<![/^])/.source;
const OVER = /\/(?!0+(?!\d))\d+(?!\d|\/\d|\.\d|\^)/.source;
const DECIMAL = /(?:(?<![\w.)\]}])|(?=\d))\d*\.\d+(?!\d|\.\d)/.source;
const MANTISSA = `(?:${DECIMAL}|\\d+(?!\\d|\\.\\d))`;
const GROUPED = /(?<!\d,)[1-9]\d{0,2}(?:,\d{3})+(?!\d|,\d)/.source;

const FORMS: readonly (readonly [kind: string, source: string])[] = [
  ["radix", "(?<!\\d)0[xX][0-9a-fA-F]+(?![\\dA-Za-z])"],
  ["radix", "(?<!\\d)0[bB][01]+(?![\\dA-Za-z])"],
  ["radix", "(?<!\\d)0[oO][0-7]+(?![\\dA-Za-z])"],
  ["pair", `(?<=[([](?:${SIGN})?)[1-9]\\d{0,2}(?=,[1-9]\\d{2}[)\\]])`],
  ["grouped", `${GROUPED}(?:\\.\\d+(?!\\d|\\.\\d))?`],
  ["skipped", "\\d+(?:\\.\\d+){2,}"],
  ["scientific", `${MANTISSA}[eE][-+]?\\d+(?![\\d_A-Za-z]|\\.\\d)`],
  ["scientific", "10\\^[-+]?\\d+(?!\\d|\\.\\d)"],
  ["scientific", `${LONE}${MANTISSA} ?[*xX] ?10\\^[-+]?\\d+(?!\\d|\\.\\d)`],
  ["fraction", `${LONE}\\d+${OVER}`],
  ["mixed", `${LONE}\\d+ (\\d+)${OVER}`],
  ["mixed", `${LONE}\\d+ ?[¼½¾]`],
  ["fraction", "[¼½¾]"],
  ["decimal", DECIMAL],
  ["ordinal", "\\d+(?=(?:st|nd|rd|th)(?![A-Za-z]))"],
  ["integer", `\\d+${END}`],
];
const PERCENT = /(?:%(?!\d)| %(?! ?\d)| percent(?![A-Za-z])| per cent(?![A-Za-z]))/y;

const skipped = new RegExp(SKIPPED.join("|"), "y");
const forms = FORMS.map(
  ([kind, source]) => [kind, new RegExp(`(?:${SIGN})?${source}`, "y")] as const,
);

/** The numbers of `text` as `kind start end`. */
export function referenceNumbers(text: string): string[] {
  const out: string[] = [];
  scan: for (let i = 0; i < text.length; ) {
    skipped.lastIndex = i;
    if (skipped.test(text)) {
      i = skipped.lastIndex;
      continue;
    }
    for (const [kind, form] of forms) {
      form.lastIndex = i;
      const found = form.exec(text);
      if (!found) continue;
      if (kind === "mixed" && found[0].includes("/")) {
        const [top, below] = (found[0].match(/\d+/g) as string[]).slice(-2).map(BigInt) as [
          bigint,
          bigint,
        ];
        if (top >= below) continue;
      }
      let end = form.lastIndex;
      if (kind === "skipped") {
        // The sign of a version is no number either.
        i = end;
        continue scan;
      }
      let shown = kind === "pair" ? "integer" : kind;
      PERCENT.lastIndex = end;
      if (!/scientific|radix|ordinal/.test(kind) && PERCENT.test(text)) {
        end = PERCENT.lastIndex;
        shown = "percent";
      }
      out.push(`${shown} ${i} ${end}`);
      i = end;
      continue scan;
    }
    i++;
  }
  return out;
}
