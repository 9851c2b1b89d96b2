// What `console.log` of Node shows of objects that keep what they know in private.

export const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** What Node, and no other host, hands to the method named {@link INSPECT}. */
export type Inspect = (value: unknown, options: object) => string;

export function inspected(name: string, shown: object, options: object, inspect?: Inspect): string {
  return `${name} ${inspect ? inspect(shown, options) : JSON.stringify(shown)}`;
}
