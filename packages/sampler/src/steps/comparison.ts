// `<`, `>`, `≤`, `≥` and `≠` between numbers.

import type { Link } from "./chains.js";
import { type Judgement, type Surroundings, show } from "./judgement.js";
import { plainly, type Side } from "./side.js";
import { sideValue } from "./value.js";

const holds = {
  "<": (order: number) => order < 0,
  ">": (order: number) => order > 0,
  "≤": (order: number) => order <= 0,
  "≥": (order: number) => order >= 0,
  "≠": (order: number) => order !== 0,
} as const;

export function judgeComparison(
  link: Link,
  a: Side,
  b: Side,
  line: string,
  around: Surroundings,
): Judgement | undefined {
  const { relation } = link;
  if (relation === "=" || relation === "≈" || relation === "≡") return undefined;
  const kind = "comparison";
  const [left, right] = [sideValue(a), sideValue(b)];
  if (left === undefined || right === undefined) {
    return {
      kind,
      verdict: "uncheckable",
      reason: "a side has no exact value that can be computed",
    };
  }
  const order = left.compare(right);
  const said = `${show(left)} ${order < 0 ? "<" : order > 0 ? ">" : "="} ${show(right)}`;
  if (holds[relation](order)) return { kind, verdict: "true", reason: said };
  const units = [...a.pieces, ...b.pieces].some((piece) => piece.units !== undefined);
  const unlike = a.percents !== b.percents || units || a.words || b.words;
  const doubt =
    a.doubt ??
    b.doubt ??
    (around.supposes || / or |\bif\b/i.test(line) ? "it may be supposed or denied" : undefined);
  if (doubt !== undefined || unlike) {
    return { kind, verdict: "uncheckable", reason: doubt ?? "the sides may be in different units" };
  }
  const dashless = sideValue(a, { ...plainly, dropDash: true });
  if (a.dash && dashless !== undefined && holds[relation](dashless.compare(right))) {
    return { kind, verdict: "true", reason: "the dash is no minus" };
  }
  return { kind, verdict: "false", reason: said };
}
