// The card that says everything about the token under the pointer or the focus.

import { make } from "./dom.js";
import type { Encoded, FoundNumber } from "./messages.js";

export class Details {
  readonly element: HTMLElement;
  #owner: HTMLElement | undefined;

  constructor(element: HTMLElement) {
    this.element = element;
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.hide();
    });
  }

  hide(): void {
    this.#owner?.removeAttribute("aria-describedby");
    this.#owner = undefined;
    this.element.hidden = true;
  }

  show(owner: HTMLElement, encoded: Encoded, number: FoundNumber | undefined): void {
    if (owner === this.#owner) return;
    this.hide();
    this.#owner = owner;
    owner.setAttribute("aria-describedby", this.element.id);
    const token = Number(owner.dataset["token"]);
    const rows = tokenRows(encoded, token);
    const parts = [make("h3", {}, `Token ${token}`), list(rows)];
    if (number) parts.push(make("h3", {}, `Number ${number.text}`), list(numberRows(number)));
    this.element.replaceChildren(...parts);
    this.element.hidden = false;
    this.#place(owner);
  }

  /** Below the token, or above it where there is no room; never beyond the window. */
  #place(owner: HTMLElement): void {
    const rectangles = [...owner.getClientRects()];
    const at = rectangles.at(-1) ?? owner.getBoundingClientRect();
    const top = rectangles[0] ?? at;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
    const below = at.bottom + 8;
    const fits = below + height <= innerHeight || top.top < height + 8;
    const y = fits ? below : top.top - height - 8;
    this.element.style.left = `${left + scrollX}px`;
    this.element.style.top = `${y + scrollY}px`;
  }
}

type Rows = (readonly [string, string])[];

function list(rows: Rows): HTMLElement {
  return make("dl", {}, ...rows.flatMap(([k, v]) => [make("dt", {}, k), make("dd", {}, v)]));
}

function tokenRows({ tokens, entries }: Encoded, token: number): Rows {
  const at = (column: Int32Array) => column[token] as number;
  const id = at(tokens.ids);
  const entry = entries.get(id);
  const [start, end] = [at(tokens.starts), at(tokens.ends)];
  const place =
    start === end
      ? "none: no text gave it"
      : `${range(start, end)}  (bytes ${range(at(tokens.byteStarts), at(tokens.byteEnds))})`;
  return [
    ["id", `${id}${entry?.special ? " (special)" : ""}`],
    ["written", entry?.token ?? ""],
    ["bytes", entry?.bytes.join(" ") || "none"],
    ["span", place],
  ];
}

export function numberRows({ exact, decimal, kind, unit, ...number }: FoundNumber): Rows {
  return [
    ["value", exact === undefined ? "more than 10,000 digits" : shorten(exact)],
    ...(decimal !== undefined && decimal !== exact
      ? ([["decimal", shorten(decimal)]] as const)
      : []),
    ["kind", kind],
    ...(unit === undefined ? [] : ([["unit", unit]] as const)),
    ["span", range(number.start, number.end)],
    ["tokens", range(number.tokenStart, number.tokenEnd)],
  ];
}

export const range = (start: number, end: number): string => `${start}–${end}`;

/** Long values keep their ends. */
export function shorten(value: string): string {
  return value.length <= 48
    ? value
    : `${value.slice(0, 30)}…${value.slice(-10)} (${value.length} characters)`;
}
