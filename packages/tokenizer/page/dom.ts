// The little that the page needs to make and find elements.

type Child = Node | string;

/** Makes an element; children that are strings become text, never markup. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The element of index.html with this id. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element as T;
}

/** Shows a failure in its place, or takes it away. */
export function showFault(at: HTMLElement, fault?: { code?: string; message: string }): void {
  at.hidden = fault === undefined;
  const parts = fault ? [make("code", {}, fault.code ?? "Error"), ` ${fault.message}`] : [];
  at.replaceChildren(...parts);
}

/** Calls `work` once it has not been asked for a while, in milliseconds. */
export function debounced(work: () => void, pause: () => number): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(work, pause());
  };
}

const whole = new Intl.NumberFormat("en-US");

/** `12,345`. */
export const count = (value: number): string => whole.format(value);

/** `3 tokens`, `1 token`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A time in milliseconds, with the unit that suits it. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${Math.max(1, Math.round(milliseconds * 1000))} µs`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
