// `3:4 = 6:8`.

import type { Claim } from "./claim.js";

const ratios = /(?<![\d.:])(\d{1,15}):(\d{1,15})\s*=\s*(\d{1,15}):(\d{1,15})(?![\d:]|\.\d)/g;

export function ratioClaims(line: string): Claim[] {
  if (!line.includes(":") || !line.includes("=")) return [];
  return [...line.matchAll(ratios)].map((match) => {
    const [a, b, c, d] = match.slice(1, 5).map((digits) => BigInt(digits)) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const same = a * d === b * c;
    const clock =
      /^\d{1,2}:[0-5]\d$/.test(`${match[1]}:${match[2]}`) ||
      /^\d{1,2}:[0-5]\d$/.test(`${match[3]}:${match[4]}`);
    return {
      kind: "ratio",
      verdict: same ? "true" : clock ? "uncheckable" : "false",
      start: match.index,
      end: match.index + match[0].length,
      reason: same
        ? "the ratios are equal"
        : clock
          ? "it may be times"
          : "the cross products differ",
      flags: [],
    };
  });
}
