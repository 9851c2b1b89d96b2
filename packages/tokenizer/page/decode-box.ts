// Ids to text.

import type { CallError, Connection } from "./connection.js";
import { debounced, find, plural, showFault } from "./dom.js";

/** More ids than anyone writes by hand; beyond, an id is asked for that a paste has lost. */
const MOST_IDS = 1_000_000;

export class DecodeBox {
  readonly #connection: Connection;
  readonly #input = find<HTMLTextAreaElement>("decode-ids");
  readonly #skip = find<HTMLInputElement>("decode-skip");
  readonly #output = find("decode-text");
  readonly #note = find("decode-note");
  readonly #fault = find("decode-fault");
  #round = 0;

  constructor(connection: Connection, ids: () => Int32Array) {
    this.#connection = connection;
    this.#input.addEventListener(
      "input",
      debounced(
        () => this.update(),
        () => 150,
      ),
    );
    this.#skip.addEventListener("change", () => this.update());
    find("decode-take").addEventListener("click", () => {
      this.#input.value = ids().join(" ");
      this.update();
    });
  }

  async update(): Promise<void> {
    const round = ++this.#round;
    let text = "";
    let note = "";
    let fault: CallError | undefined;
    try {
      const ids = readIds(this.#input.value);
      const skipSpecialTokens = this.#skip.checked;
      const decoded = await this.#connection.call("decode", { ids, skipSpecialTokens });
      text = decoded.text;
      if (ids.length > 0) note = `${plural(ids.length, "id")}, ${plural(decoded.bytes, "byte")}`;
    } catch (error) {
      fault = error as CallError;
    }
    if (round !== this.#round) return;
    this.#output.textContent = text;
    this.#note.textContent = note;
    showFault(this.#fault, fault);
  }
}

/** Ids between anything that isn't a part of a number, such as `[1, 2]`. */
function readIds(written: string): number[] {
  const parts = written.split(/[\s,;[\](){}]+/).filter((part) => part !== "");
  if (parts.length > MOST_IDS) throw new Error(`expected at most ${MOST_IDS} ids`);
  return parts.map((part, i) => {
    if (/^\d{1,10}$/.test(part)) return Number(part);
    throw new Error(
      `expected ids as whole numbers, found ${JSON.stringify(part.slice(0, 40))} as number ${i + 1}`,
    );
  });
}
