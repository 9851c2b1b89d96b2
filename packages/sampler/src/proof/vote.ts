// Which answer most chains have, when answers that are written differently may be the same.

import { equivalent } from "../answers/equivalent.js";
import type { ProofChain } from "./events.js";

/** A chain with a false line that stayed counts for less than one without. */
const flaggedWeight = 0.5;

interface AnswerClass {
  readonly answer: string;
  readonly members: ProofChain[];
  weight: number;
}

export class Ballot {
  readonly #classes: AnswerClass[] = [];
  readonly #all: number;
  #cast = 0;

  /** @param chains  that will be cast, at most */
  constructor(chains: number) {
    this.#all = chains;
  }

  cast(chain: ProofChain): void {
    this.#cast++;
    const { answer } = chain;
    if (answer === undefined) return;
    const weight = chain.steps.some(({ status }) => status === "false") ? flaggedWeight : 1;
    const same = this.#classes.find((each) => equivalent(each.answer, answer));
    if (same === undefined) this.#classes.push({ answer, members: [chain], weight });
    else {
      same.members.push(chain);
      same.weight += weight;
    }
    // Ties stay in the order in which answers came first.
    this.#classes.sort((a, b) => b.weight - a.weight);
  }

  /** Whether the chains that are left can't change the winner. */
  get isDecided(): boolean {
    const [first, second] = this.#classes;
    const left = this.#all - this.#cast;
    return left === 0 || (first !== undefined && first.weight > (second?.weight ?? 0) + left);
  }

  /** The best chain of the winning class: the first without a false line, else the first. */
  get winner(): { readonly chain: ProofChain; readonly votes: number } | undefined {
    const [best] = this.#classes;
    if (best === undefined) return undefined;
    const isClean = ({ steps }: ProofChain) => steps.every(({ status }) => status !== "false");
    const chain = best.members.find(isClean) ?? (best.members[0] as ProofChain);
    return { chain, votes: best.members.length };
  }
}
