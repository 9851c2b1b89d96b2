// Directions of the matrices of a lane: one is orthogonalised in a step, by turns, and the rows of the others are
// normalised. Which one it is, is data, so that one program serves all turns.

import {
  add,
  assign,
  cast,
  concat,
  embedding,
  equal,
  f32,
  greaterEqual,
  maximum,
  mul,
  reciprocal,
  reshape,
  type State,
  type Sym,
  scope,
  sqrt,
  square,
  state,
  sub,
  sum,
  transpose,
  where,
} from "@ryanstream/tensor";
import { type OrthogonalizeOptions, orthogonalize } from "../newton-schulz.js";
import type { Lane, OrthogonalizationPlan } from "./plan.js";

const eps = 1e-7;

export class Directions {
  readonly states: readonly State<"f32">[];
  readonly #plan: OrthogonalizationPlan;
  /** Whose turn it is, by the number of those who take turns. */
  readonly #turns: ReadonlyMap<number, State<"f32">>;

  constructor(name: string, plan: OrthogonalizationPlan) {
    this.#plan = plan;
    const lengths = plan.lanes
      .filter(({ form, members }) => form !== "rows" && members.length > 1)
      .map(({ members }) => members.length);
    this.#turns = new Map(
      [...new Set(lengths)].map((length) => [length, state(`${name}.turn.${length}`, f32(1))]),
    );
    this.states = [...this.#turns.values()];
  }

  /** The direction of each matrix, inside a program; their lengths are those of orthogonal ones. */
  of(momenta: readonly Sym<"f32">[]): Sym<"f32">[] {
    const turns = new Map(
      [...this.#turns].map(([length, turn]) => [length, advance(turn, length)]),
    );
    const directions: Sym<"f32">[] = [];
    for (const lane of this.#plan.lanes) {
      const found = this.#ofLane(
        lane,
        lane.members.map((i) => momenta[i] as Sym<"f32">),
        turns.get(lane.members.length),
      );
      for (const [i, direction] of found.entries())
        directions[lane.members[i] as number] = direction;
    }
    return directions;
  }

  #ofLane(
    { form, iterations: steps }: Lane,
    momenta: readonly Sym<"f32">[],
    turn: Sym<"f32"> | undefined,
  ): Sym<"f32">[] {
    if (form === "rows") return momenta.map(normalizedRows);
    const options: OrthogonalizeOptions = {
      form,
      steps,
      coefficients: this.#plan.coefficients,
      eps,
    };
    const orthogonal = (x: Sym<"f32">) => scope("orthogonalize", () => orthogonalize(x, options));
    if (turn === undefined) return momenta.map(orthogonal);
    const wide = momenta.map((x) => (isTall(x) ? transpose(x) : x));
    const [short, long] = (wide[0] as Sym<"f32">).shape as readonly [number, number];
    const all = concat(wide.map((x) => reshape(x, [1, short * long])));
    const chosen = orthogonal(reshape(embedding(all, cast(turn, "i32")), [short, long]));
    return momenta.map((x, i) => {
      // A sum of which one side is zeros costs less than a choice by element.
      const isChosen = equal(turn, i);
      const own = mul(isTall(x) ? transpose(chosen) : chosen, isChosen);
      return add(own, mul(normalizedRows(x), sub(1, isChosen)));
    });
  }

  dispose(): void {
    for (const each of this.states) each.dispose();
  }
}

/** Whose turn it was before. */
function advance(turn: State<"f32">, length: number): Sym<"f32"> {
  const now = add(turn, 0);
  assign(turn, where(greaterEqual(now, length - 1), 0, add(now, 1)));
  return now;
}

const isTall = ({ shape: [rows, columns] }: Sym<"f32">) => (rows as number) > (columns as number);

/** Each row as long as the rows of an orthogonal matrix of this shape are on average. */
function normalizedRows(x: Sym<"f32">): Sym<"f32"> {
  const [rows, columns] = x.shape as readonly [number, number];
  const length = sqrt(sum(square(x), { axes: [1], keepDims: true }));
  const aim = Math.sqrt(columns / Math.max(rows, columns));
  return mul(x, mul(reciprocal(maximum(length, eps)), aim));
}
