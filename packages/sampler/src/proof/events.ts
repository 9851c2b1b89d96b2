// What a run tells while it goes on, and in the end.

/**
 * - `checked`: a claim of the line was found true, and none false
 * - `corrected`: so, after the line had been written anew
 * - `unchecked`: nothing in it could be checked
 * - `false`: a claim was found false, and no retry was left
 */
export type StepStatus = "checked" | "corrected" | "unchecked" | "false";

/** A line of the solution that stays. */
export interface ProofStep {
  /** From 0. */
  readonly line: number;
  /** Without the line feed. */
  readonly text: string;
  readonly status: StepStatus;
  /** Why it is true or false, in words; "" for `unchecked`. */
  readonly reason: string;
  /** How often it was written anew. */
  readonly retries: number;
}

/** A line that was taken back. */
export interface Backtrack {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
  /** 1 for the first retry of the line. */
  readonly attempt: number;
  /** Tokens that are thrown away. */
  readonly discarded: number;
}

export interface ProofAnswer {
  readonly text: string;
  /** With chains: those whose answer is equivalent. */
  readonly votes?: number;
  /** With chains: all that ended with an answer. */
  readonly chains?: number;
}

export type ProofEvent =
  /** Text that stays, in order. With backtracking whole lines, else what a token made certain. */
  | { readonly type: "text"; readonly text: string; readonly tokens: readonly number[] }
  | ({ readonly type: "step" } & ProofStep)
  | ({ readonly type: "backtrack" } & Backtrack)
  /** With `vote` and `search`: a chain has ended. */
  | { readonly type: "chain"; readonly chain: number; readonly result: ProofChain }
  | ({ readonly type: "answer" } & ProofAnswer);

/**
 * - `stop`: a stop token or stop string, or a grammar that is complete
 * - `length`: `maxNewTokens`, or the session is full
 */
export type ProofFinish = "stop" | "length";

/** Tokens that were sampled or forced, by what became of them. */
export interface ProofUsage {
  readonly prompt: number;
  /** In the text that stays, stop token included. */
  readonly kept: number;
  /** Taken back, or of chains that lost. */
  readonly discarded: number;
  /** Of the kept ones, those that a calculator gave. */
  readonly forced: number;
  /** Tokens appended again after a backtrack, which costs no sampling. */
  readonly replayed: number;
}

export interface ProofChain {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly steps: readonly ProofStep[];
  readonly answer: string | undefined;
  readonly finish: ProofFinish;
  readonly usage: ProofUsage;
}

export interface ProofResult extends ProofChain {
  /** With `vote` and `search`: every chain that ended, the chosen one among them. */
  readonly chains?: readonly ProofChain[];
  /** With `vote`: of the answer. */
  readonly votes?: number;
}
