// What runs of several seeds say of a series.

import { pairedMean } from "../optimizers/paired.js";
import type { Row } from "../rows.js";
import { type Measured, mean, type Outcome, type Sizes } from "./measure.js";

/** Of the state of training in mixed precision: bf16 weights, and in f32 weights and two more numbers. */
export const BYTES_A_PARAMETER = 14;
const titles: Readonly<Record<string, string>> = {
  adamw: "AdamW",
  muon: "Muon",
  ryan: "Ryan-Optimizer",
};

export function rowsOf(optimizer: string, runs: readonly Measured[]): Row[] {
  const name = titles[optimizer] ?? optimizer;
  const sizes = runs.map((run) => run.sizes["series"] as Sizes);
  const noise = noiseOf(runs);
  return [
    ...sizeRows(name, sizes),
    restoreRow(name, runs),
    endRow(`${name}: resumed from the last link`, runs, "series", noise),
    ...["first moments dropped", "moments dropped", "coarse"].flatMap((variant) => {
      const tried = runs.filter(({ outcomes }) => outcomes[variant] !== undefined);
      return tried.length === 0 ? [] : ablationRows(name, tried, variant, noise);
    }),
    ...exactRows(name, runs),
  ];
}

function sizeRows(name: string, sizes: readonly Sizes[]): Row[] {
  const whole = sizes.map(({ bytes }) => bytes / 1e6);
  const plain = sizes.map((each) => plainBytes(each) / 1e6);
  const ratios = sizes.map((each) => plainBytes(each) / each.bytes);
  const count = sizes[0]?.checkpoints ?? 0;
  const row = (target: number, what: string): Row => ({
    name: `${name}: a keyframe and ${count - 1} links, whole file${what}`,
    ours: mean(whole),
    peer: mean(plain),
    peerName: "14 bytes a parameter",
    unit: "MB",
    ratio: mean(ratios),
    target,
    met: Math.min(...ratios) >= target,
  });
  const bits = (what: string, of: (each: Sizes) => number): Row => ({
    name: `${name}: ${what}`,
    ours: mean(sizes.map(of)),
    unit: "bits a parameter",
  });
  const roles = [
    ["weights", "weights"],
    ["firstMoments", "first moments"],
    ["secondMoments", "second moments"],
    ["averages", "averages"],
    ["other", "the rest"],
  ] as const;
  return [
    row(10, ""),
    row(15, ", stretch"),
    bits("keyframe", (each) => each.keyframeBits),
    bits("link", (each) => each.linkBits),
    ...roles.map(([key, title]) => bits(`last link, ${title}`, (each) => each.bits[key] ?? 0)),
    {
      name: `${name}: to save one`,
      ours: mean(sizes.map(({ saveSeconds }) => saveSeconds)),
      unit: "s",
    },
    {
      name: `${name}: to read the last of ${count}`,
      ours: mean(sizes.map(({ readSeconds }) => readSeconds)),
      unit: "s",
    },
  ];
}

const plainBytes = ({ checkpoints, parameters }: Sizes) =>
  BYTES_A_PARAMETER * checkpoints * parameters;

function restoreRow(name: string, runs: readonly Measured[]): Row {
  const shares = runs.map(
    ({ outcomes }) =>
      100 * (of(outcomes, "series").atRestore / of(outcomes, "exact").atRestore - 1),
  );
  const { mean: middle, low, high } = pairedMean(shares, 95);
  const worst = Math.max(...shares.map(Math.abs));
  const [ours, limit] = [Math.abs(middle), 0.1];
  return {
    name: `${name}: loss at restore, ${signed(middle)}% (95%: ${signed(low)} to ${signed(high)}; furthest ${worst.toFixed(3)})`,
    ours,
    peer: limit,
    peerName: "limit",
    unit: "%",
    ratio: limit / ours,
    target: 1,
    met: ours <= limit,
  };
}

/** The difference that going on from another state makes at the end, beside what other batches make. */
function endRow(what: string, runs: readonly Measured[], variant: string, noise: number): Row {
  const differences = runs.map(
    ({ outcomes }) => of(outcomes, variant).atEnd - of(outcomes, "exact").atEnd,
  );
  const { mean: middle, low, high } = pairedMean(differences, 95);
  const bound = Math.max(Math.abs(low), Math.abs(high));
  return {
    name: `${what}, loss 200 steps later in ${runs.length} seeds: ${signed(middle)} (95%: ${signed(low)} to ${signed(high)})`,
    ours: bound,
    peer: noise,
    peerName: "SD of other batches",
    unit: "nats",
    ratio: noise / bound,
    target: 1,
    met: bound <= noise,
  };
}

function ablationRows(
  name: string,
  runs: readonly Measured[],
  variant: string,
  noise: number,
): Row[] {
  const differences = runs.map(
    ({ outcomes }) => of(outcomes, variant).atEnd - of(outcomes, "exact").atEnd,
  );
  const restored = runs.map(
    ({ outcomes }) => 100 * (of(outcomes, variant).atRestore / of(outcomes, "exact").atRestore - 1),
  );
  const sizes = runs.flatMap(({ sizes: all }) => all[variant] ?? []);
  const size =
    sizes.length === 0
      ? ""
      : `, ${mean(sizes.map((each) => plainBytes(each) / each.bytes)).toFixed(1)}x smaller`;
  return [
    {
      name: `${name}: ${variant}${size}, loss at restore ${signed(mean(restored))}%, 200 steps later in ${runs.length} seeds ${signed(mean(differences))}`,
      ours: mean(differences),
      peer: noise,
      peerName: "SD of other batches",
      unit: "nats",
      ratio: noise / Math.abs(mean(differences)),
    },
  ];
}

function exactRows(name: string, runs: readonly Measured[]): Row[] {
  return (
    [
      ["exact f32", 1.2, "all states in f32"],
      ["exact bf16", 1.5, "weights in bf16"],
    ] as const
  ).flatMap(([key, target, what]) => {
    const sizes = runs.flatMap(({ sizes: all }) => all[key] ?? []);
    if (sizes.length === 0) return [];
    const ratio = mean(sizes.map((each) => each.plainBytes / each.bytes));
    return {
      name: `${name}: exact level, ${what}, whole file`,
      ours: mean(sizes.map(({ bytes }) => bytes / 1e6)),
      peer: mean(sizes.map((each) => each.plainBytes / 1e6)),
      peerName: "the same bytes",
      unit: "MB",
      ratio,
      target,
      met: ratio >= target,
    };
  });
}

/** Of a run's loss at its end, by which batches its last 200 steps had: of pairs, each of which differs by two such. */
export function noiseOf(runs: readonly Measured[]): number {
  const squares = runs.map(
    ({ outcomes }) => (of(outcomes, "order").atEnd - of(outcomes, "exact").atEnd) ** 2,
  );
  return Math.sqrt(mean(squares) / 2);
}

const of = (outcomes: Measured["outcomes"], name: string): Outcome => outcomes[name] as Outcome;

const signed = (value: number): string => `${value < 0 ? "" : "+"}${value.toPrecision(2)}`;
