// Each seed's difference as a point, as a page that needs nothing else.

import type { Measured } from "./measure.js";
import { noiseOf } from "./report.js";

const [WIDTH, ROW, LEFT] = [760, 34, 220];

export function plotOf(measured: ReadonlyMap<string, readonly Measured[]>): string {
  const rows = [...measured].flatMap(([optimizer, runs]) =>
    runs.length === 0 ? [] : rowsOf(optimizer, runs),
  );
  const most = Math.max(...rows.flatMap(({ points }) => points.map(Math.abs)), 1e-9);
  const x = (value: number) => LEFT + ((WIDTH - LEFT - 20) * (value / most + 1)) / 2;
  const marks = rows.map(({ title, points, noise }, i) => {
    const y = ROW * (i + 1);
    const [from, to] = [x(-noise), x(noise)];
    const dots = points.map((each) => `<circle cx="${x(each)}" cy="${y}" r="4"/>`).join("");
    return `<rect x="${from}" y="${y - 12}" width="${to - from}" height="24" fill="#dde"/><text x="8" y="${y + 5}">${title}</text>${dots}`;
  });
  const height = ROW * (rows.length + 2);
  const axis = `<line x1="${x(0)}" y1="10" x2="${x(0)}" y2="${height - ROW}" stroke="#888"/>
<text x="${x(0)}" y="${height - 12}" text-anchor="middle">0; to the right worse than the exact state, up to ${most.toFixed(4)} nats; shaded: one SD of other batches</text>`;
  return `<!doctype html><meta charset="utf-8"><title>Series of checkpoints</title>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12" fill="#224">
${marks.join("\n")}
${axis}
</svg>
`;
}

function rowsOf(optimizer: string, runs: readonly Measured[]) {
  const noise = noiseOf(runs);
  const variants = ["series", "order", "coarse", "first moments dropped", "moments dropped"];
  return variants.flatMap((variant) => {
    const points = runs.flatMap(({ outcomes }) => {
      const [own, exact] = [outcomes[variant], outcomes["exact"]];
      return own === undefined || exact === undefined ? [] : [own.atEnd - exact.atEnd];
    });
    const title = `${optimizer}: ${variant === "order" ? "other batches" : variant}`;
    return points.length === 0 ? [] : [{ title, points, noise }];
  });
}
