// What a render may cost. A template comes from outside, so every loop, call and string
// that it makes is paid for from one budget, and running out is an error with a line.

import { TokenizerError } from "../errors.js";

/** Bounds on one render; each may be set per template. */
export interface RenderLimits {
  /** Loop iterations, calls and items made; sixteen characters of an intermediate string count as one. Default 10 million. */
  readonly steps?: number;
  /** UTF-16 units of the output, and of any one string made on the way. Default 2²⁵. */
  readonly length?: number;
  /** Macros and recursive loops inside one another. Default 200. */
  readonly depth?: number;
}

/** Python's exceptions, as far as a template can raise them; becomes a TokenizerError at the border. */
export class TemplateFailure extends Error {}

export class Render {
  out = "";
  line = 1;
  depth = 0;
  /** Length of what the template itself has put out, outside of macros and set blocks. */
  rootLength = 0;
  readonly spans: [number, number][] = [];
  steps: number;
  constructor(
    readonly variables: ReadonlyMap<string, unknown>,
    readonly date: Date,
    readonly maxLength: number,
    readonly maxDepth: number,
    maxSteps: number,
  ) {
    this.steps = maxSteps;
  }
}

/** The render in progress. Rendering is synchronous and calls no foreign code, so one suffices. */
export let render: Render;

export function enterRender(next: Render): Render {
  const previous = render;
  render = next;
  return previous;
}

export function fail(message: string): never {
  throw new TemplateFailure(message);
}

export function overLimit(what: string): never {
  throw new TokenizerError(
    "ERR_LIMIT",
    `chat template, line ${render?.line ?? 0}: expected a render within its limits, found ${what}`,
  );
}

export function spend(steps: number): void {
  render.steps -= steps;
  if (render.steps < 0) overLimit("more steps than allowed");
}

/** Pays for a string of `length` units before it is made. */
export function spendText(length: number): void {
  if (length > render.maxLength) overLimit(`a string of more than ${render.maxLength} characters`);
  spend(1 + (length >> 4));
}

export function emit(text: string): void {
  render.out += text;
  if (render.out.length > render.maxLength) {
    overLimit(`more than ${render.maxLength} characters of output`);
  }
}

/** Runs `body` with an output of its own, and gives what it put out. */
export function capture(body: () => void): string {
  const { out } = render;
  if (render.depth === 0) render.rootLength = out.length;
  if (++render.depth > render.maxDepth) overLimit(`a nesting of more than ${render.maxDepth}`);
  spend(1);
  render.out = "";
  body();
  const made = render.out;
  render.out = out;
  render.depth--;
  return made;
}
