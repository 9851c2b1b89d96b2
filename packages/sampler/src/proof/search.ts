// Search over lines: each sequence is gone on with several times, lines that are false are dropped, and the likeliest
// sequences by the mean of their tokens go on.

import type { Chain } from "./chain.js";
import type { ProofChain } from "./events.js";

export interface SearchOptions {
  /** Sequences that are kept after each line. */
  readonly chains: number;
  /** Lines that each is gone on with; the first is greedy. */
  readonly branches: number;
  readonly temperature: number;
}

export interface SearchResult {
  /** Ended ones, the likeliest first. */
  readonly chains: readonly ProofChain[];
  /** Tokens of all lines, of sequences that were dropped too. */
  readonly tokens: number;
}

/** @param root  at the beginning; disposed of, like all that follow from it */
export async function search(
  root: Chain,
  { chains: width, branches, temperature }: SearchOptions,
): Promise<SearchResult> {
  let going: Chain[] = [root];
  const ended: Chain[] = [];
  let sequence = 1;
  let tokens = 0;
  const open = new Set<Chain>(going);
  const drop = (chain: Chain) => {
    open.delete(chain);
    chain.writer[Symbol.dispose]();
  };
  try {
    while (going.length > 0) {
      const parents = going;
      const children = parents.flatMap((parent) =>
        Array.from({ length: branches }, (_, branch) => {
          const child = parent.fork(sequence++);
          open.add(child);
          return { child, parent, branch };
        }),
      );
      // Together, so that the engine runs them in one step.
      const lines = await Promise.allSettled(
        children.map(({ child, branch }) => finishLine(child, branch === 0 ? 0 : temperature)),
      );
      for (const line of lines) if (line.status === "rejected") throw line.reason;
      for (const { child, parent } of children) {
        tokens += countOf(child) - countOf(parent) + child.tokens.discarded;
      }
      const kept = best(
        children.map(({ child }) => child),
        width - ended.length,
      );
      for (const { child } of children) if (!kept.includes(child)) drop(child);
      for (const parent of parents) drop(parent);
      ended.push(...kept.filter(({ finish }) => finish !== undefined));
      going = kept.filter(({ finish }) => finish === undefined);
    }
    ended.sort((a, b) => score(b) - score(a));
    return { chains: ended.map((chain) => chain.result()), tokens };
  } finally {
    for (const chain of [...open]) drop(chain);
  }
}

async function finishLine(chain: Chain, temperature: number): Promise<void> {
  for await (const _ of chain.line(temperature));
}

const countOf = (chain: Chain): number => chain.tokens.kept;
const score = (chain: Chain): number => chain.writer.logprob / Math.max(1, countOf(chain));
const isFalse = (chain: Chain): boolean => chain.steps.at(-1)?.status === "false";

/** The likeliest of different texts, without a false last line if there is any. */
function best(chains: readonly Chain[], count: number): Chain[] {
  const right = chains.filter((chain) => !isFalse(chain));
  const texts = new Set<string>();
  return (right.length > 0 ? right : [...chains])
    .filter((chain) => {
      const { text } = chain.writer;
      if (texts.has(text)) return false;
      texts.add(text);
      return true;
    })
    .sort((a, b) => score(b) - score(a))
    .slice(0, Math.max(1, count));
}
