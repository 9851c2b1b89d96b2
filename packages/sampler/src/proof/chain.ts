// One chain: lines are written, judged, taken back and written anew where they are false, and kept.

import { extractAnswer } from "../answers/extract.js";
import { SamplerError } from "../errors.js";
import type { StepChecker } from "../steps/step-checker.js";
import type { ProofChain, ProofEvent, ProofFinish, ProofStep } from "./events.js";
import { FailedChoices } from "./failed-choices.js";
import { type FoundJudgement, judgeLine } from "./line-judge.js";
import type { CheckedProofOptions } from "./options.js";
import type { LineEnd, LineWriter } from "./writer.js";

export interface ChainParts {
  readonly options: CheckedProofOptions;
  readonly maxNewTokens: number;
  readonly promptTokens: number;
  readonly signal: AbortSignal | undefined;
}

/** What was written up to the end of a line: several lines if one token ended them. */
interface Draft {
  readonly tokens: readonly number[];
  readonly stopToken: number | undefined;
  readonly end: LineEnd;
  readonly judged: readonly JudgedLine[];
}

interface Retry {
  /** Tokens of the line that stay. */
  readonly kept: number;
  /** The token that is banned. */
  readonly choice?: number;
  /** Text that is written in place of what is taken back. */
  readonly forced?: string;
}

interface JudgedLine {
  readonly text: string;
  /** Offset in the draft. */
  readonly start: number;
  readonly judgement: FoundJudgement;
}

export class Chain {
  readonly writer: LineWriter;
  readonly steps: ProofStep[] = [];
  finish: ProofFinish | undefined;
  readonly #parts: ChainParts;
  readonly #checker: StepChecker | undefined;
  #discarded = 0;
  /** Whether the line is drawn anew, and not just corrected. */
  #isHot = false;
  /** Characters and tokens that were given out. */
  #given = { text: 0, tokens: 0 };

  constructor(writer: LineWriter, checker: StepChecker | undefined, parts: ChainParts) {
    this.writer = writer;
    this.#checker = checker;
    this.#parts = parts;
  }

  /** Writes to the end. */
  async *run(): AsyncGenerator<ProofEvent, ProofChain> {
    while (this.finish === undefined) yield* this.line();
    const result = this.result();
    if (result.answer !== undefined) yield { type: "answer", text: result.answer };
    return result;
  }

  /**
   * Writes one line that stays.
   *
   * @param temperature  of the first try. Default: the sampler's
   */
  async *line(temperature?: number): AsyncGenerator<ProofEvent, void> {
    const { backtrack } = this.#parts.options;
    const mark = this.#checker?.mark() ?? 0;
    const failed = new FailedChoices();
    this.#isHot = false;
    const first = yield* this.#write(0, failed, temperature);
    let draft = first;
    let isFirst = true;
    for (let attempt = 1; ; attempt++) {
      const wrong = draft.judged.find(({ judgement }) => judgement.verdict === "false");
      if (wrong === undefined && (attempt === 1 || isBetter(draft, first))) {
        return yield* this.#keep(draft, attempt - 1);
      }
      // One that says nothing that can be checked any more is no better.
      const worst = wrong ?? (draft.judged[0] as JudgedLine);
      const retry = this.#retryOf(draft, worst, attempt);
      if (backtrack === false || !this.#mayRetry(attempt, draft, retry)) break;
      yield this.#takeBack(draft, worst, retry, { attempt, failed });
      this.#checker?.rollback(mark);
      isFirst = false;
      try {
        draft = yield* this.#write(attempt, failed);
      } catch (error) {
        const isDeadEnd = error instanceof SamplerError && error.code === "ERR_DEAD_END";
        if (!isDeadEnd) throw error;
        break; // all that could follow was banned
      }
    }
    if (!isFirst) {
      // What came first is what the model meant.
      this.#discarded += this.#written() - countOf(first);
      this.writer.rewrite(first.tokens, first.stopToken);
      this.#checker?.rollback(mark);
      for (const { text } of first.judged) this.#checker?.check(text);
    }
    yield* this.#keep(first, 0);
  }

  /** A second chain that goes on from here, with random numbers of its own and no tokens thrown away. */
  fork(sequence: number, signal = this.#parts.signal): Chain {
    const parts = { ...this.#parts, signal };
    const copy = new Chain(this.writer.fork(sequence), this.#checker?.fork(), parts);
    copy.steps.push(...this.steps);
    copy.#given = this.#given;
    return copy;
  }

  result(): ProofChain {
    const { text, trail, forced, replayed, stopToken } = this.writer;
    return {
      text,
      tokens: trail.tokens(),
      steps: this.steps,
      answer: extractAnswer(text)?.text,
      finish: this.finish ?? "length",
      usage: {
        prompt: this.#parts.promptTokens,
        kept: trail.length + (stopToken === undefined ? 0 : 1),
        discarded: this.#discarded,
        forced,
        replayed,
      },
    };
  }

  async *#write(
    attempt: number,
    failed: FailedChoices,
    own?: number,
  ): AsyncGenerator<ProofEvent, Draft> {
    const { options, maxNewTokens, signal } = this.#parts;
    const { backtrack, temperature: usual } = options;
    const writing = this.writer.write({
      attempt,
      temperature:
        !this.#isHot || backtrack === false
          ? own
          : Math.max(usual, backtrack.temperature) + (attempt - 1) * backtrack.heat,
      banned: attempt === 0 ? undefined : (line) => failed.after(line),
      most: maxNewTokens,
      signal,
    });
    for (;;) {
      const { done, value } = await writing.next();
      if (done) {
        const { lineTokens: tokens, stopToken } = this.writer;
        return { tokens, stopToken, end: value, judged: await this.#judge(value) };
      }
      if (backtrack === false) yield* this.#textSoFar(false);
    }
  }

  /** All lines of the draft; one that was cut off isn't judged. */
  async #judge(end: LineEnd): Promise<JudgedLine[]> {
    const { options, signal } = this.#parts;
    const { line: draft, text } = this.writer;
    const parts = draft.split("\n");
    const rest = parts.pop() as string;
    if (end === "stop" && rest !== "") parts.push(rest);
    const judged: JudgedLine[] = [];
    let start = 0;
    for (const line of parts) {
      const before = text.slice(0, text.length - draft.length + start);
      const context = { before, line: this.steps.length + judged.length, signal };
      const by = { checker: this.#checker, verifiers: options.verifiers };
      judged.push({ text: line, start, judgement: await judgeLine(line, context, by) });
      start += line.length + 1;
    }
    if (end === "length" && rest !== "") {
      judged.push({ text: rest, start, judgement: { verdict: "uncheckable", byClaims: true } });
    }
    return judged;
  }

  /** Where a draft is taken up again. */
  #retryOf(
    draft: Draft,
    { text, start: lineStart, judgement }: JudgedLine,
    attempt: number,
  ): Retry {
    const { start = 0, end = text.length, correction } = judgement;
    const { calculator, backtrack } = this.#parts.options;
    const { writer } = this;
    if (correction !== undefined && calculator === "results") {
      // A token may hold what stands before the number too.
      const kept = writer.lineTokenAt(lineStart + correction.start);
      const from = Math.max(0, writer.lineOffsetOf(kept));
      const shared = writer.line.slice(from, lineStart + correction.start);
      return { kept, forced: shared + correction.text };
    }
    const at = (offset: number) =>
      Math.min(writer.lineTokenAt(lineStart + offset), draft.tokens.length - 1);
    const choice =
      correction === undefined
        ? writer.leastSure(at(start), at(end) + 1)
        : at(differing(text, correction));
    // What led to the choice may be what was wrong: the last retry begins with the line.
    const isLast = backtrack !== false && attempt === backtrack.retries;
    return { kept: isLast ? 0 : choice, choice };
  }

  #mayRetry(attempt: number, draft: Draft, { kept }: Retry): boolean {
    const { options, maxNewTokens } = this.#parts;
    if (options.backtrack === false || draft.end === "length") return false;
    const { retries, budget } = options.backtrack;
    const spent = this.#discarded + countOf(draft) - kept;
    return attempt <= retries && spent <= budget * maxNewTokens;
  }

  #takeBack(
    draft: Draft,
    wrong: JudgedLine,
    { kept, choice, forced }: Retry,
    { attempt, failed }: { readonly attempt: number; readonly failed: FailedChoices },
  ): ProofEvent {
    const discarded = countOf(draft) - kept;
    this.#discarded += discarded;
    this.writer.back(kept);
    if (choice !== undefined) failed.add(draft.tokens, choice);
    if (forced !== undefined) this.writer.force(forced);
    this.#isHot = forced === undefined;
    const { text, judgement } = wrong;
    return {
      type: "backtrack",
      line: this.steps.length + draft.judged.indexOf(wrong),
      text,
      reason: judgement.reason ?? "",
      attempt,
      discarded,
    };
  }

  /** Tokens of the line so far. */
  #written(): number {
    return this.writer.lineTokens.length + (this.writer.stopToken === undefined ? 0 : 1);
  }

  async *#keep(draft: Draft, retries: number): AsyncGenerator<ProofEvent, void> {
    if (draft.end !== "line") this.finish = draft.end;
    yield* this.#textSoFar(draft.end !== "line");
    for (const { text, judgement } of draft.judged) {
      const { verdict, reason = "" } = judgement;
      const status =
        verdict === "uncheckable"
          ? "unchecked"
          : verdict === "false"
            ? "false"
            : retries > 0
              ? "corrected"
              : "checked";
      const step = { line: this.steps.length, text, status, reason, retries } as const;
      this.steps.push(step);
      if (text.trim() !== "") yield { type: "step", ...step };
    }
    if (draft.end === "line") await this.writer.keep(this.#parts.signal);
  }

  /** What is new and stays; all of it at the end, else not what could begin a stop string. */
  *#textSoFar(isEnd: boolean): Generator<ProofEvent, void> {
    const { text, trail } = this.writer;
    const longest = Math.max(0, ...this.#parts.options.stop.map((stop) => stop.length - 1));
    const until = isEnd ? text.length : Math.max(this.#given.text, text.length - longest);
    const tokens = trail.tokens(this.#given.tokens);
    if (until === this.#given.text && !(isEnd && tokens.length > 0)) return;
    const part = text.slice(this.#given.text, until);
    this.#given = { text: until, tokens: trail.length };
    yield { type: "text", text: part, tokens };
  }
}

/** A line whose claims were false has to make a true one: it isn't better if there is nothing to be checked any more. */
const isBetter = (draft: Draft, first: Draft): boolean =>
  draft.judged.some(({ judgement }) => judgement.verdict === "true") ||
  first.judged.every(({ judgement }) => judgement.verdict !== "false" || !judgement.byClaims);

const countOf = ({ tokens, stopToken }: Draft): number =>
  tokens.length + (stopToken === undefined ? 0 : 1);

/** The offset in a line from which on it isn't what it should be. */
function differing(
  line: string,
  { start, text }: { readonly start: number; readonly text: string },
): number {
  let same = 0;
  while (same < text.length && line[start + same] === text[same]) same++;
  return start + same;
}
