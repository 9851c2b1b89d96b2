// The text as coloured tokens. One token takes part in the tab order, arrow keys go to the
// others.

import { make } from "./dom.js";
import type { Encoded, Entry } from "./messages.js";
import { layOut, type Run, type Segment } from "./segments.js";
import type { View } from "./settings.js";

/** Colours that follow each other, so that neighbours differ. */
const COLOURS = 5;

export class TokenView {
  readonly element: HTMLElement;
  /** Called with the token that is looked at, or undefined when none is any more. */
  onLook: (token: HTMLElement | undefined) => void = () => {};
  #marked: readonly HTMLElement[] = [];

  constructor(element: HTMLElement) {
    this.element = element;
    element.addEventListener("keydown", (event) => this.#move(event));
    element.addEventListener("focusin", ({ target }) => this.#focused(target));
    element.addEventListener("focusout", () => this.onLook(undefined));
    element.addEventListener("pointerover", ({ target }) => this.onLook(tokenOf(target)));
    element.addEventListener("pointerleave", () => this.onLook(tokenOf(document.activeElement)));
  }

  show(encoded: Encoded, view: View): void {
    const { text, tokens, numbers, tokenCount } = encoded;
    const parts = document.createDocumentFragment();
    for (const run of layOut(text, tokens, numbers, tokens.ids.length === tokenCount)) {
      parts.append(...drawRun(run, encoded, view));
    }
    this.element.dataset["view"] = view;
    this.element.replaceChildren(parts);
    this.element.querySelector(".token")?.setAttribute("tabindex", "0");
  }

  /** Marks the pieces of a number, or of none. */
  mark(number: number | undefined): void {
    for (const piece of this.#marked) piece.classList.remove("marked");
    this.#marked = number === undefined ? [] : [...this.piecesOf(number)];
    for (const piece of this.#marked) piece.classList.add("marked");
  }

  piecesOf(number: number): NodeListOf<HTMLElement> {
    return this.element.querySelectorAll(`[data-number="${number}"]`);
  }

  #focused(target: EventTarget | null): void {
    const token = tokenOf(target);
    if (token === undefined) return;
    const before = this.element.querySelector(".token[tabindex='0']");
    before?.setAttribute("tabindex", "-1");
    before?.setAttribute("aria-selected", "false");
    token.setAttribute("tabindex", "0");
    token.setAttribute("aria-selected", "true");
    this.onLook(token);
  }

  #move(event: KeyboardEvent): void {
    const token = tokenOf(event.target);
    if (token === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...this.element.querySelectorAll<HTMLElement>(".token")];
    const at = all.indexOf(token);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(to, all.length - 1))]?.focus();
  }
}

function tokenOf(target: EventTarget | null): HTMLElement | undefined {
  return (target as Element | null)?.closest<HTMLElement>(".token") ?? undefined;
}

function drawRun({ first, end, segments }: Run, encoded: Encoded, view: View): HTMLElement[] {
  const { ids } = encoded.tokens;
  const entry = (token: number) => encoded.entries.get(ids[token] as number) as Entry;
  if (first === end) return [make("span", { class: "rest" }, ...drawSegments(segments))];
  const single = end - first === 1;
  if (single && view === "text" && segments.length > 0) {
    return [drawToken(first, entry(first), drawSegments(segments))];
  }
  const drawn: HTMLElement[] = [];
  if (view === "text" && segments.length > 0) {
    drawn.push(make("span", { class: "shared" }, ...drawSegments(segments)));
  }
  for (let token = first; token < end; token++) {
    const id = ids[token] as number;
    const label = view === "ids" ? `${id}` : chipLabel(entry(token), view, single);
    const chip = drawToken(token, entry(token), [make("span", { class: "label" }, label)]);
    chip.classList.add("chip");
    if (view === "text" && !single) chip.classList.add("part");
    markNumber(chip, token, encoded);
    drawn.push(chip);
  }
  if (view !== "text" && segments.some(({ text }) => text.includes("\n"))) {
    drawn.push(make("span", { class: "break" }));
  }
  return drawn;
}

/** What a token that is not shown by its text is called. */
function chipLabel({ token, bytes, text }: Entry, view: View, single: boolean): string {
  if (view === "tokens" || single || bytes.length === 0) return token;
  return text ?? bytes.join(" ");
}

function drawToken(token: number, entry: Entry, children: (Node | string)[]): HTMLElement {
  const special = entry.special ? " special" : "";
  const attributes = {
    class: `token colour-${token % COLOURS}${special}`,
    role: "option",
    "aria-selected": "false",
    tabindex: "-1",
    "data-token": `${token}`,
  };
  return make("span", attributes, ...children);
}

function markNumber(chip: HTMLElement, token: number, { numbers }: Encoded): void {
  const number = numberOfToken(numbers, token);
  if (number === undefined) return;
  const { tokenStart, tokenEnd } = numbers[number] as Encoded["numbers"][number];
  chip.classList.add("number");
  if (token === tokenStart) chip.classList.add("opens");
  if (token === tokenEnd - 1) chip.classList.add("closes");
  chip.dataset["number"] = `${number}`;
}

/** The number that a token has a part of: the first when there are two. */
export function numberOfToken(numbers: Encoded["numbers"], token: number): number | undefined {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle]?.tokenEnd ?? 0) <= token) low = middle + 1;
    else high = middle;
  }
  return (numbers[low]?.tokenStart ?? Infinity) <= token ? low : undefined;
}

function drawSegments(segments: readonly Segment[]): (Node | string)[] {
  return segments.flatMap(({ text, number, opens, closes }) => {
    if (number < 0) return drawSpace(text);
    const classes = `number${opens ? " opens" : ""}${closes ? " closes" : ""}`;
    return make("span", { class: classes, "data-number": `${number}` }, ...drawSpace(text));
  });
}

const SPACE: Readonly<Record<string, string>> = { " ": "space", "\t": "tab", "\n": "newline" };
const BLANK = /([\s\u200b-\u200f])/;

/** White space as itself, with a mark that is no part of the text. */
function drawSpace(text: string): (Node | string)[] {
  if (!BLANK.test(text)) return [text];
  // Every other part is one that was split at.
  return text.split(BLANK).flatMap((part, i) => {
    if (i % 2 === 1) return make("span", { class: SPACE[part] ?? "blank" }, part);
    return part === "" ? [] : part;
  });
}
