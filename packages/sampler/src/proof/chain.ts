// One chain: lines are written, judged, taken back and written anew where they are false, and kept.

import { extractAnswer } from "../answers/extract.js";
import { SamplerError } from "../errors.js";
import type { StepChecker } from "../steps/step-checker.js";
import type { ProofChain, ProofEvent, ProofFinish, ProofStep } from "./events.js";
import { FailedChoices } from "./failed-choices.js";
import { type FoundJudgement, judgeLine } from "./line-judge.js";
import type { CheckedProofOptions } from "./options.js";
import type { LineEnd, LineToken, LineWriter } from "./writer.js";

export interface ChainParts {
  readonly options: CheckedProofOptions;
  readonly maxNewTokens: number;
  readonly promptTokens: number;
  readonly signal: AbortSignal | undefined;
}

/** What was written up to the end of a line: several lines if one token ended them. */
interface Draft {
  readonly line: readonly LineToken[];
  readonly end: LineEnd;
  readonly judged: readonly JudgedLine[];
}

interface Retry {
  /** Tokens of the line that stay. */
  readonly kept: number;
  /** The token that is banned, unless text can be forced. */
  readonly choice: number;
  /** Text that is written in place of what is taken back. */
  readonly forced: string | undefined;
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
    const tried = new Set<string>();
    const first = yield* this.#write(failed, { attempt: 0, temperature });
    let draft = first;
    let retries = 0;
    for (;;) {
      const wrong = draft.judged.find(({ judgement }) => judgement.verdict === "false");
      if (wrong === undefined && (retries === 0 || isBetter(draft, first))) {
        return yield* this.#keep(draft, retries);
      }
      // One that says nothing that can be checked any more is no better; one without text can't be taken up.
      const worst = wrong ?? draft.judged[0];
      if (backtrack === false || worst === undefined || retries === backtrack.retries) break;
      const retry = this.#retryOf(draft, worst, { attempt: retries + 1, tried });
      if (!this.#mayRetry(draft, retry)) break;
      retries++;
      const isForced = this.#takeBack(draft, retry, failed);
      yield this.#backtrackEvent(draft, worst, retry, retries);
      this.#checker?.rollback(mark);
      const heat = (retries - 1) * backtrack.heat;
      const hot = Math.max(this.#parts.options.temperature, backtrack.temperature) + heat;
      try {
        draft = yield* this.#write(failed, {
          attempt: retries,
          temperature: isForced ? temperature : hot,
        });
      } catch (error) {
        const isDeadEnd = error instanceof SamplerError && error.code === "ERR_DEAD_END";
        if (!isDeadEnd) throw error;
        break; // all that could follow was banned
      }
    }
    if (retries > 0) {
      // What came first is what the model meant.
      this.#discarded += this.writer.line.length - first.line.length;
      this.writer.restore(first.line);
      this.#checker?.rollback(mark);
      for (const { text } of first.judged) this.#checker?.check(text);
    }
    yield* this.#keep(first, retries);
  }

  /** A second chain that goes on from here, with random numbers of its own and no tokens thrown away. */
  fork(sequence: number, signal = this.#parts.signal): Chain {
    const parts = { ...this.#parts, signal };
    const copy = new Chain(this.writer.fork(sequence), this.#checker?.fork(), parts);
    copy.steps.push(...this.steps);
    copy.#given = this.#given;
    return copy;
  }

  /** Tokens that stay, and those that were taken back. */
  get tokens(): { readonly kept: number; readonly discarded: number } {
    const { trail, stopToken } = this.writer;
    return { kept: trail.length + (stopToken === undefined ? 0 : 1), discarded: this.#discarded };
  }

  result(): ProofChain {
    const { text, trail, forced, replayed } = this.writer;
    return {
      text,
      tokens: trail.tokens(),
      steps: this.steps,
      answer: extractAnswer(text)?.text,
      finish: this.finish ?? "length",
      usage: {
        prompt: this.#parts.promptTokens,
        ...this.tokens,
        forced,
        replayed,
      },
    };
  }

  async *#write(
    failed: FailedChoices,
    {
      attempt,
      temperature,
    }: { readonly attempt: number; readonly temperature: number | undefined },
  ): AsyncGenerator<ProofEvent, Draft> {
    const { options, maxNewTokens, signal } = this.#parts;
    const left = attempt === 0 ? Infinity : Math.max(1, Math.floor(this.#budgetLeft));
    const writing = this.writer.write({
      attempt,
      temperature,
      banned: attempt === 0 ? undefined : (line) => failed.after(line),
      // A retry that goes on for longer than could be thrown away again isn't one.
      most: Math.min(maxNewTokens, this.writer.trail.length + left),
      signal,
    });
    for (;;) {
      const { done, value } = await writing.next();
      if (done)
        return { line: [...this.writer.line], end: value, judged: await this.#judge(value) };
      if (options.backtrack === false) yield* this.#textSoFar(false);
    }
  }

  get #budgetLeft(): number {
    const { options, maxNewTokens } = this.#parts;
    const share = options.backtrack === false ? 0 : options.backtrack.budget;
    return share * maxNewTokens - this.#discarded;
  }

  /** All lines of the draft; one that was cut off isn't judged. */
  async #judge(end: LineEnd): Promise<JudgedLine[]> {
    const { options, signal } = this.#parts;
    const { lineText: draft, text } = this.writer;
    const parts = draft.split("\n");
    const rest = parts.pop() as string;
    if (end !== "line") parts.push(rest); // else it begins the next line
    const by = { checker: this.#checker, verifiers: options.verifiers };
    const judged: JudgedLine[] = [];
    let start = 0;
    for (const [i, line] of parts.entries()) {
      const before = text.slice(0, text.length - draft.length + start);
      const context = { before, line: this.steps.length + judged.length, signal };
      const isCut = end === "length" && i === parts.length - 1;
      if (line.trim() !== "") {
        const judgement = isCut ? unjudged : await judgeLine(line, context, by);
        judged.push({ text: line, start, judgement });
      }
      start += line.length + 1;
    }
    return judged;
  }

  /** Where a draft is taken up again. */
  #retryOf(
    draft: Draft,
    { text, start: lineStart, judgement }: JudgedLine,
    { attempt, tried }: { readonly attempt: number; readonly tried: Set<string> },
  ): Retry {
    const { start = 0, end = text.length, correction } = judgement;
    const { calculator, backtrack } = this.#parts.options;
    const { writer } = this;
    const last = draft.line.length - 1;
    const at = (offset: number) =>
      Math.max(0, Math.min(writer.lineTokenAt(lineStart + offset), last));
    const choice =
      correction === undefined
        ? writer.leastSure(at(start), at(end) + 1)
        : at(differing(text, correction));
    const key = correction === undefined ? "" : `${correction.start} ${correction.text}`;
    if (correction !== undefined && calculator === "results" && !tried.has(key)) {
      tried.add(key); // where it didn't help, what follows the number was wrong
      // A token may hold what stands before the number too.
      const kept = at(correction.start);
      const from = Math.max(0, writer.lineOffsetOf(kept));
      const shared = writer.lineText.slice(from, lineStart + correction.start);
      return { kept, choice, forced: shared + correction.text };
    }
    // What led to the choice may be what was wrong: the last retry begins with the line.
    const isLast = backtrack !== false && attempt === backtrack.retries;
    return { kept: isLast ? 0 : choice, choice, forced: undefined };
  }

  #mayRetry(draft: Draft, { kept }: Retry): boolean {
    return draft.end !== "length" && draft.line.length - kept <= this.#budgetLeft;
  }

  /** @returns whether text was forced */
  #takeBack(draft: Draft, { kept, choice, forced }: Retry, failed: FailedChoices): boolean {
    this.#discarded += draft.line.length - kept;
    this.writer.back(kept);
    if (forced !== undefined && this.writer.force(forced)) return true;
    failed.add(draft.line, choice);
    return false;
  }

  #backtrackEvent(draft: Draft, wrong: JudgedLine, { kept }: Retry, attempt: number): ProofEvent {
    const { text, judgement } = wrong;
    const line = this.steps.length + draft.judged.indexOf(wrong);
    const discarded = draft.line.length - kept;
    return { type: "backtrack", line, text, reason: judgement.reason ?? "", attempt, discarded };
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
      yield { type: "step", ...step };
    }
    if (draft.end === "line") await this.writer.keep(this.#parts.signal);
  }

  /** What is new and stays; all of it at the end, else not what could begin a stop string. */
  *#textSoFar(isEnd: boolean): Generator<ProofEvent, void> {
    const { text, trail, certain } = this.writer;
    const until = isEnd ? text.length : Math.max(this.#given.text, certain);
    const tokens = trail.tokens(this.#given.tokens);
    if (until === this.#given.text && !(isEnd && tokens.length > 0)) return;
    const part = text.slice(this.#given.text, until);
    this.#given = { text: until, tokens: trail.length };
    yield { type: "text", text: part, tokens };
  }
}

const unjudged: FoundJudgement = { verdict: "uncheckable", byClaims: true };

/** A line whose claims were false has to make a true one: it isn't better if there is nothing to be checked any more. */
const isBetter = (draft: Draft, first: Draft): boolean =>
  draft.end !== "length" &&
  draft.judged.length > 0 &&
  (draft.judged.some(({ judgement }) => judgement.verdict === "true") ||
    first.judged.every(({ judgement }) => judgement.verdict !== "false" || !judgement.byClaims));

/** The offset in a line from which on it isn't what it should be. */
function differing(
  line: string,
  { start, text }: { readonly start: number; readonly text: string },
): number {
  let same = 0;
  while (same < text.length && line[start + same] === text[same]) same++;
  return start + same;
}
