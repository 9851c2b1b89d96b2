// What the visitor chose, kept in the address so that a link shows the same.

import type { EncodeSettings } from "./messages.js";
import { SAMPLE } from "./sample.js";

export type View = "text" | "tokens" | "ids";

export interface Settings extends EncodeSettings {
  readonly view: View;
}

/** A longer text does not fit an address everywhere, and is not kept. */
const LONGEST_TEXT = 2000;
const SWITCHES = ["addSpecialTokens", "slashFractions", "spaceGroups", "multipliers"] as const;
const DEFAULTS = {
  view: "text",
  specialTokens: "parse",
  addSpecialTokens: true,
  slashFractions: true,
  spaceGroups: false,
  multipliers: false,
} satisfies Settings;

export function readSettings(form: HTMLFormElement): Settings {
  const data = new FormData(form);
  const switches = Object.fromEntries(SWITCHES.map((name) => [name, data.has(name)]));
  return {
    ...DEFAULTS,
    ...switches,
    view: data.get("view") as View,
    specialTokens: data.get("specialTokens") as "parse" | "text",
  };
}

/** Sets the form to what the address says; gives the text that it has, if any. */
export function restore(form: HTMLFormElement): string | undefined {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const input of form.querySelectorAll("input")) {
    const value = said.get(input.name) ?? String(DEFAULTS[input.name as keyof Settings]);
    input.checked = input.type === "radio" ? input.value === value : value === "true";
  }
  for (const name of ["view", "specialTokens"] as const) {
    // Whatever the address says, one of them is chosen.
    const all = [...form.querySelectorAll<HTMLInputElement>(`[name=${name}]`)];
    const wanted = all.find(({ value }) => value === DEFAULTS[name]);
    if (wanted !== undefined && !all.some(({ checked }) => checked)) wanted.checked = true;
  }
  return said.get("input") ?? undefined;
}

/** Writes to the address what differs from how the page begins. */
export function keep(settings: Settings, text: string): void {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value !== DEFAULTS[name as keyof Settings]) said.set(name, String(value));
  }
  if (text !== SAMPLE && text.length <= LONGEST_TEXT) said.set("input", text);
  const hash = said.toString();
  const address = hash === "" ? location.href.replace(/#.*/s, "") : `#${hash}`;
  try {
    history.replaceState(null, "", address);
  } catch {
    // Some browsers allow it only so often, and the page works without.
  }
}
