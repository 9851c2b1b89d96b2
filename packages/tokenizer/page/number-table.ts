// The table of all numbers of the text.

import { range, shorten } from "./details.js";
import { find, make, plural } from "./dom.js";
import type { Encoded, FoundNumber } from "./messages.js";

export class NumberTable {
  readonly #body = find("numbers");
  readonly #note = find("numbers-note");
  /** Called with the number that is pointed at, or undefined. */
  onLook: (number: number | undefined) => void = () => {};
  /** Called when a number is to be shown in the text. */
  onGo: (number: number) => void = () => {};

  constructor() {
    const look = ({ target }: Event) => this.onLook(rowOf(target));
    this.#body.addEventListener("pointerover", look);
    this.#body.addEventListener("focusin", look);
    this.#body.addEventListener("pointerleave", () => this.onLook(undefined));
    this.#body.addEventListener("focusout", () => this.onLook(undefined));
    this.#body.addEventListener("click", ({ target }) => {
      const number = (target as Element).closest("button") ? rowOf(target) : undefined;
      if (number !== undefined) this.onGo(number);
    });
  }

  show({ numbers, numberCount }: Encoded): void {
    this.#body.replaceChildren(...numbers.map(drawRow));
    find("numbers-table").hidden = numbers.length === 0;
    const cut = numbers.length < numberCount ? `; the first ${numbers.length} are listed` : "";
    this.#note.textContent =
      numberCount === 0
        ? "There are no numbers in this text."
        : plural(numberCount, "number") + cut;
  }

  mark(number: number | undefined): void {
    for (const row of this.#body.querySelectorAll(".marked")) row.classList.remove("marked");
    if (number !== undefined) this.#body.children[number]?.classList.add("marked");
  }
}

function rowOf(target: EventTarget | null): number | undefined {
  const row = (target as Element).closest<HTMLElement>("tr");
  return row === null ? undefined : Number(row.dataset["row"]);
}

function drawRow(number: FoundNumber, index: number): HTMLElement {
  const { text, kind, exact, decimal, unit, start, end, tokenStart, tokenEnd } = number;
  const written = make("button", { type: "button", title: "Show in the text" }, shorten(text));
  const value = exact === undefined ? "too long" : shorten(exact);
  const cells = [
    make("td", { class: "mono figure" }, value),
    make("td", { class: "mono figure" }, decimal === exact ? "" : shorten(decimal ?? "")),
    make("td", {}, kind),
    make("td", {}, unit ?? ""),
    make("td", { class: "mono figure quiet" }, range(start, end)),
    make("td", { class: "mono figure quiet" }, range(tokenStart, tokenEnd)),
    make("td", { class: "mono figure quiet" }, `${tokenEnd - tokenStart}`),
  ];
  const header = make("th", { scope: "row", class: "mono" }, written);
  return make("tr", { "data-row": `${index}` }, header, ...cells);
}
