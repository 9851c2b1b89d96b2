// One text for one meaning: attributes and shapes as JSON with sorted keys, and
// extents by terms. Hashes, merging of equal operations and the JSON form use it.

import { TensorError } from "./errors.js";
import { type Dim, Extent, type Shape, type Size, type Term } from "./extent.js";
import type { Graph } from "./graph.js";
import type { Attribute, Attributes } from "./operation.js";
import { dimsOf, size } from "./shape.js";

/** A size: a number, or terms of a coefficient and the places of its dims. */
export type SizeJson = number | number[][];
/** A number that JSON has no word for: NaN, the infinities and -0. */
type OddNumberJson = { readonly number: string };
type AttributeJson = number | boolean | string | OddNumberJson | (SizeJson | OddNumberJson)[];

/** The dims of a graph in order of appearance. */
export function graphDims(graph: Graph): Dim[] {
  const dims = new Set<Dim>();
  for (const { value } of graph.inputs) for (const d of dimsOf(shapeOf(graph, value))) dims.add(d);
  for (const type of graph.values) for (const d of dimsOf(type.shape)) dims.add(d);
  const byName = new Map<string, Dim>();
  for (const d of dims) {
    if (byName.has(d.name)) {
      throw new TensorError(
        "ERR_DUPLICATE_NAME",
        `two different dims are called "${d.name}"; declare it once and share it`,
      );
    }
    byName.set(d.name, d);
  }
  return [...dims];
}

function shapeOf(graph: Graph, id: number): Shape {
  return graph.values[id]?.shape ?? [];
}

export function sizeToJson(value: Size, dims: readonly Dim[]): SizeJson {
  if (typeof value === "number") return value;
  return value.terms.map((t) => [t.coefficient, ...t.dims.map((d) => dims.indexOf(d))]);
}

export function sizeFromJson(json: unknown, dims: readonly Dim[]): Size {
  if (typeof json === "number") return size(json);
  if (!Array.isArray(json)) throw new TensorError("ERR_JSON", "a size is a number or terms");
  const terms: Term[] = json.map((term: unknown) => {
    if (!Array.isArray(term) || !term.every((x) => Number.isSafeInteger(x))) {
      throw new TensorError("ERR_JSON", "a term is a coefficient and the places of dims");
    }
    const [coefficient, ...places] = term as number[];
    const factors = places.map((p) => dims[p]);
    if (coefficient === undefined || factors.includes(undefined)) {
      throw new TensorError("ERR_JSON", `a term names dims 0 to ${dims.length - 1}`);
    }
    return { coefficient, dims: factors as Dim[] };
  });
  return size(new Extent([]).plus(new Extent(terms))); // plus brings it to normal form
}

export function attributesToJson(
  attrs: Attributes,
  dims: readonly Dim[],
): Record<string, AttributeJson> {
  const number = (x: number) =>
    Number.isFinite(x) && !Object.is(x, -0) ? x : { number: numberKey(x) };
  const entry = (value: Attribute): AttributeJson => {
    if (typeof value === "number") return number(value);
    if (typeof value !== "object") return value;
    return value.map((s) => (typeof s === "number" ? number(s) : sizeToJson(s, dims)));
  };
  return Object.fromEntries(
    Object.keys(attrs)
      .sort()
      .map((name) => [name, entry(attrs[name] as Attribute)]),
  );
}

export function attributesFromJson(
  json: Readonly<Record<string, unknown>>,
  dims: readonly Dim[],
): Attributes {
  const number = (value: unknown): number | undefined => {
    if (typeof value === "number") return value;
    const odd = (value as OddNumberJson | null)?.number;
    return typeof odd === "string" ? Number(odd) : undefined;
  };
  const entry = (name: string, value: unknown): Attribute => {
    if (typeof value === "boolean" || typeof value === "string") return value;
    if (Array.isArray(value)) return value.map((v) => number(v) ?? sizeFromJson(v, dims));
    const found = number(value);
    if (found === undefined)
      throw new TensorError("ERR_JSON", `attribute ${name} is ${typeof value}`);
    return found;
  };
  return Object.fromEntries(Object.entries(json).map(([name, v]) => [name, entry(name, v)]));
}

/** Attributes as text for comparing within a process. */
export function canonicalAttributes(attrs: Attributes): string {
  return Object.keys(attrs)
    .sort()
    .map((name) => `${name}=${attributeKey(attrs[name] as Attribute)}`)
    .join(";");
}

// -0 and 0 are different fillings, and a word is not the number it spells.
function attributeKey(value: Attribute): string {
  if (typeof value === "number") return numberKey(value);
  if (typeof value !== "object") return JSON.stringify(value);
  return `[${value.map((s) => (typeof s === "number" ? attributeKey(s) : String(s)))}]`;
}

function numberKey(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}
