// What decoding that checks its own work gains: against a closed form, and with abacus on problems that it never saw.
//
//   npm run bench:proof -- [--problems 500] [--seeds 3] [--chains 5] [--temperature 0.5] [--simulated 10000] [--json]
//
// Arms have the same prompt, extractor and most tokens. Tokens are all that were sampled or forced, thrown away ones too. A process
// of its own samples; it gets questions and never sees an answer. Intervals are of 95%, by a paired bootstrap over problems.

import { parseArgs } from "node:util";
import { type Problem, problems } from "@ryanstream/problems";
import { equivalent } from "@ryanstream/sampler";
import { type Gain, pairedGain } from "./proof/bootstrap.js";
import type { ArmReply, ArmRequest, Attempt } from "./proof/protocol.js";
import { SamplingClient } from "./proof/sampling-client.js";
import { simulatedRows } from "./proof/simulated.js";
import { printRows, type Row } from "./rows.js";

const { values: given } = parseArgs({
  options: {
    problems: { type: "string", default: "500" },
    seeds: { type: "string", default: "3" },
    chains: { type: "string", default: "5" },
    temperature: { type: "string", default: "0.5" },
    simulated: { type: "string", default: "10000" },
    split: { type: "string", default: "test" },
    json: { type: "boolean", default: false },
  },
});
const [count, seeds, k] = [given.problems, given.seeds, given.chains].map(Number) as [
  number,
  number,
  number,
];
const temperature = Number(given.temperature);
/** Of problems; the tests of the split draw from others. */
const firstSeed = 9000;
const maxNewTokens = 400;

interface Arm {
  readonly right: readonly boolean[];
  readonly attempts: readonly Attempt[];
  readonly seconds: number;
}

using client = await SamplingClient.start();
const sets = Array.from({ length: seeds }, (_, seed) => [
  ...problems({ seed: firstSeed + seed, split: given.split as "test", count }),
]);

/** All sets, one after another, as one arm. */
async function arm(
  name: string,
  request: Pick<ArmRequest, "options" | "placebo">,
  judge = (attempt: Attempt, { answer }: Problem) => isRight(attempt.answer, answer.text),
): Promise<Arm> {
  const replies: ArmReply[] = [];
  const chains = request.options.chains ?? 1;
  for (const [seed, set] of sets.entries()) {
    const questions = set.map(({ question }) => question);
    const together = Math.max(1, Math.floor(48 / chains));
    replies.push(await client.run({ ...request, questions, seed, maxNewTokens, together }));
  }
  const attempts = replies.flatMap((reply) => reply.attempts);
  const all = sets.flat();
  const right = attempts.map((attempt, i) => judge(attempt, all[i] as Problem));
  const seconds = replies.reduce((sum, reply) => sum + reply.seconds, 0);
  console.error(`${name}: ${percent(right).toFixed(1)}%, ${seconds.toFixed(0)} s`);
  return { right, attempts, seconds };
}

const isRight = (answer: string | undefined, gold: string) =>
  answer !== undefined && equivalent(answer, gold);
const percent = (right: readonly boolean[]) => (100 * right.filter(Boolean).length) / right.length;
const total = (attempts: readonly Attempt[], of: (a: Attempt) => number) =>
  attempts.reduce((sum, each) => sum + of(each), 0);
const tokensOf = ({ attempts }: Arm) => total(attempts, ({ tokens }) => tokens);

const rows: Row[] = await simulatedRows(Number(given.simulated));

const plain = { backtrack: false, checkSteps: false, calculator: false } as const;
const sampled = { ...plain, mode: "sample", temperature } as const;
const greedy = await arm("greedy", { options: plain });
const sample = await arm("sampled", { options: sampled });
const single = await arm("ProofSampler, one chain", { options: {} });
const flagged =
  total(single.attempts, (a) => a.backtracks) / total(single.attempts, (a) => a.drafts);
const calculated = await arm("one chain, with results calculated", {
  options: { calculator: "results" },
});
const placebo = await arm("placebo: as many lines taken back at random", {
  options: { calculator: false },
  placebo: flagged,
});
const voting = { mode: "vote", chains: k, temperature } as const;
const several = await arm(`ProofSampler, ${k} chains`, { options: voting });
const first = await arm(`majority of ${k}`, { options: { ...plain, ...voting } });
const more = Math.max(k, Math.ceil((k * tokensOf(several)) / tokensOf(first)));
const majority = await arm(`majority of ${more}`, {
  options: { ...plain, ...voting, chains: more },
});
const ceiling = majority.attempts.map((attempt, i) => {
  const gold = (sets.flat()[i] as Problem).answer.text;
  return attempt.chainAnswers.some((answer) => isRight(answer, gold));
});

const base = tokensOf(greedy);
const row = (name: string, { right, attempts, seconds }: Arm): Row => ({
  name: `${name} (${(tokensOf({ right, attempts, seconds }) / base).toFixed(2)} of greedy's tokens, ${seconds.toFixed(0)} s)`,
  ours: percent(right),
  unit: "% right",
});
const gainRow = (name: string, gain: Gain, goal: Pick<Row, "target" | "met"> = {}): Row => ({
  name: `${name} (95%: ${gain.low.toFixed(1)} to ${gain.high.toFixed(1)})`,
  ours: gain.points,
  unit: "points",
  ratio: gain.points,
  ...goal,
});

rows.push(
  row("greedy", greedy),
  row(`sampled at ${temperature}`, sample),
  row("ProofSampler, one chain", single),
  row("ProofSampler, one chain, results calculated", calculated),
  row("placebo, lines taken back at random as often", placebo),
  row(`ProofSampler, ${k} chains`, several),
  row(`majority of ${k}`, first),
  row(`majority of ${more}, at ProofSampler's tokens or more`, majority),
  {
    name: `some of those ${more} chains, as far as they ran`,
    ours: percent(ceiling),
    unit: "% right",
  },
);
const cost = tokensOf(single) / base;
const gain = pairedGain(single.right, greedy.right);
const overMajority = pairedGain(several.right, majority.right);
const ofPlacebo = pairedGain(placebo.right, greedy.right);
rows.push(
  gainRow(`one chain over greedy, at ${cost.toFixed(2)} of its tokens: 15 at 1.5 at most`, gain, {
    target: 15,
    met: gain.points >= 15 && cost <= 1.5,
  }),
  gainRow(
    "one chain with results calculated over greedy",
    pairedGain(calculated.right, greedy.right),
  ),
  gainRow(`${k} chains over a majority at equal tokens: 2`, overMajority, {
    target: 2,
    met: overMajority.points >= 2 && tokensOf(majority) >= tokensOf(several),
  }),
  gainRow("placebo over greedy: 2 at most", ofPlacebo, { target: 2, met: ofPlacebo.points <= 2 }),
  {
    name: "lines with a claim that was checked",
    ours:
      (100 * total(single.attempts, (a) => a.checkable)) / total(single.attempts, (a) => a.lines),
    unit: "%",
  },
  {
    name: "tokens appended again after backtracking",
    ours: (100 * total(single.attempts, (a) => a.replayed)) / tokensOf(single),
    unit: "% of tokens",
  },
);
printRows(rows, given.json);
