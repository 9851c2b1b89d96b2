// One text for one meaning: attributes and shapes as JSON with sorted keys, and
// extents by terms. Hashes, merging of equal operations and the JSON form use it.

import { TensorError } from "./errors.js";
import { type Dim, Extent, type Shape, type Size, type Term } from "./extent.js";
import type { Graph } from "./graph.js";
import type { Attribute, Attributes } from "./operation.js";
import { dimsOf, size } from "./shape.js";

/** A size: a number, or terms of a coefficient and the places of its dims. */
export type SizeJson = number | number[][];
type AttributeJson = number | boolean | string | SizeJson[];

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
  const entry = (value: Attribute): AttributeJson =>
    typeof value === "object" ? value.map((s) => sizeToJson(s, dims)) : value;
  return Object.fromEntries(
    Object.keys(attrs)
      .sort()
      .map((name) => [name, entry(attrs[name] as Attribute)]),
  );
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
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object") return JSON.stringify(value);
  return `[${value.map((s) => (typeof s === "number" ? attributeKey(s) : String(s)))}]`;
}
