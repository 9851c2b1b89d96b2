// The page: joins the parts that index.html lays out.

import { Connection } from "./connection.js";
import { DecodeBox } from "./decode-box.js";
import { Details } from "./details.js";
import { count, debounced, duration, find, plural, showFault } from "./dom.js";
import type { Encoded } from "./messages.js";
import { NumberTable } from "./number-table.js";
import { SAMPLE } from "./sample.js";
import { keep, readSettings, restore } from "./settings.js";
import { numberOfToken, TokenView } from "./token-view.js";
import { VocabularyBox } from "./vocabulary-box.js";

// A browser that allows no worker, and what else nobody has thought of.
addEventListener("error", (event) => showFault(find("vocabulary-fault"), event));

const connection = new Connection(find("engine").textContent ?? "");
const input = find<HTMLTextAreaElement>("input");
const form = find<HTMLFormElement>("settings");
const view = new TokenView(find("tokens"));
const table = new NumberTable();
const details = new Details(find("details"));
const vocabulary = new VocabularyBox(connection);

let encoded: Encoded | undefined;
let isBusy = false;
let isStale = false;

/** Encodes the text as it is now; what changes meanwhile is encoded after it, once. */
async function update(): Promise<void> {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  while (isStale) {
    isStale = false;
    const settings = readSettings(form);
    keep(settings, input.value);
    try {
      encoded = await connection.call("encode", { text: input.value, settings });
      showFault(find("encode-fault"));
      show();
    } catch (error) {
      showFault(find("encode-fault"), error as Error);
    }
  }
  isBusy = false;
}

function show(): void {
  if (encoded === undefined) return;
  const { tokenCount, characters, bytes, time, tokens } = encoded;
  details.hide();
  view.show(encoded, readSettings(form).view);
  table.show(encoded);
  find("count-tokens").textContent = count(tokenCount);
  find("count-characters").textContent = count(characters);
  find("count-bytes").textContent = count(bytes);
  find("count-ratio").textContent = tokenCount === 0 ? "–" : (characters / tokenCount).toFixed(2);
  find("count-time").textContent = duration(time);
  const shown = tokens.ids.length;
  const note = find("tokens-note");
  note.hidden = shown === tokenCount;
  note.textContent = `The first ${plural(shown, "token")} of ${count(tokenCount)} are shown.`;
}

function lookAtToken(token: HTMLElement | undefined): void {
  if (token === undefined || encoded === undefined) {
    details.hide();
    mark(undefined);
    return;
  }
  const number = numberOfToken(encoded.numbers, Number(token.dataset["token"]));
  details.show(token, encoded, number === undefined ? undefined : encoded.numbers[number]);
  mark(number);
}

function mark(number: number | undefined): void {
  view.mark(number);
  table.mark(number);
}

view.onLook = lookAtToken;
table.onLook = (number) => view.mark(number);
table.onGo = (number) => {
  const piece = view.piecesOf(number)[0];
  piece?.scrollIntoView({ block: "center" });
  (piece?.closest(".token") as HTMLElement | null)?.focus({ preventScroll: true });
};

input.value = restore(form) ?? SAMPLE;
// Drawing a long text takes long, and whoever types into one should not wait for each letter.
input.addEventListener(
  "input",
  debounced(update, () => (input.value.length < 20_000 ? 120 : 500)),
);
form.addEventListener("change", () => update());
form.addEventListener("submit", (event) => event.preventDefault());
find("sample").addEventListener("click", () => {
  input.value = SAMPLE;
  update();
});
addEventListener("hashchange", () => {
  input.value = restore(form) ?? input.value;
  update();
});

const decode = new DecodeBox(connection, () => encoded?.tokens.ids ?? new Int32Array());
vocabulary.onChange = async () => {
  await Promise.all([update(), decode.update()]);
  document.documentElement.dataset["ready"] = find("vocabulary-name").textContent ?? "";
};
vocabulary.demo();
