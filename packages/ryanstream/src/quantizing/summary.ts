// What quantising made, as tables.

import type { Style } from "../cli/style.js";
import { type Column, table } from "../cli/table.js";
import { bytesText, waitText } from "../cli/units.js";
import type { QuantizedFiles } from "./quantize-files.js";

const right = { align: "right" } as const;
const columns: readonly Column[] = [
  { title: "profile" },
  { title: "file", ...right },
  { title: "bits a weight", ...right },
  { title: "smaller", ...right },
  { title: "in memory", ...right },
  { title: "bits a weight", ...right },
  { title: "KL divergence", ...right },
  { title: "same choice", ...right },
];
const kindColumns: readonly Column[] = [
  { title: "" },
  { title: "matrices", ...right },
  { title: "bits", ...right },
  { title: "least", ...right },
  { title: "most", ...right },
  { title: "error", ...right },
];

/** A row for each file, then one for each kind of matrices. */
export function summaryLines(report: QuantizedFiles, style: Style): string[] {
  const rows = report.files.map((file) => {
    const { kl, sameTop } = report.profiles.find(({ profile }) => profile === file.profile) ?? {};
    return [
      file.profile,
      bytesText(file.bytes),
      file.bitsPerWeight.toFixed(3),
      `${file.ratio.toFixed(2)}x`,
      bytesText(file.residentBytes),
      file.residentBitsPerWeight.toFixed(3),
      kl === undefined ? "" : kl.toPrecision(3),
      sameTop === undefined ? "" : `${(100 * sameTop).toFixed(2)} %`,
    ];
  });
  const { calibrationTokens: fitted, sensitivityTokens: measured, seconds } = report;
  const data =
    fitted === 0
      ? "without data"
      : `fitted on ${fitted} tokens and measured on ${measured}, KL divergence in nats a token`;
  return [
    ...table(columns, rows, style.bold),
    "",
    ...table(kindColumns, kindRows(report), style.bold),
    "",
    style.dim(`${data}; ${waitText(1000 * seconds)}`),
  ];
}

function kindRows({ tensors, files }: QuantizedFiles): string[][] {
  return files.flatMap(({ profile }) =>
    ["attention", "ffn", "embedding", "head"].flatMap((kind) => {
      const own = tensors.filter((each) => each.profile === profile && each.kind === kind);
      if (own.length === 0) return [];
      const weights = (each: (typeof own)[number]) => each.shape[0] * each.shape[1];
      const total = own.reduce((sum, each) => sum + weights(each), 0);
      const mean = own.reduce((sum, each) => sum + weights(each) * each.bits, 0) / total;
      const bits = own.map((each) => each.bits);
      const errors = own.flatMap(({ error }) => (error === undefined ? [] : [error]));
      const error = errors.reduce((sum, each) => sum + each, 0) / errors.length;
      return [
        [
          files.length > 1 ? `${profile}: ${kind}` : kind,
          String(own.length),
          mean.toFixed(3),
          Math.min(...bits).toFixed(3),
          Math.max(...bits).toFixed(3),
          errors.length === 0 ? "" : error.toExponential(2),
        ],
      ];
    }),
  );
}
