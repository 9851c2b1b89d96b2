// A schema's subschemas with their places, and what references name.

import { ensure, SamplerError } from "../../errors.js";
import type { Budget } from "../limits.js";
import { checkKeywords, isDraft7, subschemas } from "./keywords.js";

/** A schema or subschema. Each place has one. */
export interface SchemaNode {
  readonly id: number;
  readonly value: boolean | Readonly<Record<string, unknown>>;
  /** JSON pointer from the root. */
  readonly pointer: string;
  /** URI that references in it are relative to. */
  readonly base: string;
}

/** Where a document without `$id` is taken to be. */
const ROOT_URI = "schema:///root";

export class SchemaDocument {
  readonly root: SchemaNode;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #uris = new Map<string, SchemaNode>();
  readonly #dynamicAnchors = new Set<string>();
  readonly #draft7: boolean;
  readonly #budget: Budget;

  constructor(value: unknown, budget: Budget) {
    this.#budget = budget;
    this.#draft7 = isDraft7(value);
    this.root = this.#register(value, "", ROOT_URI, 0);
    this.#uris.set(ROOT_URI, this.#uris.get(ROOT_URI) ?? this.root);
  }

  /** The subschema of `node` at a path of keys below it. */
  child(node: SchemaNode, ...path: readonly (string | number)[]): SchemaNode {
    const pointer = `${node.pointer}${path.map((key) => `/${escapePointer(String(key))}`).join("")}`;
    const found = this.#nodes.get(pointer);
    if (found === undefined) {
      throw new SamplerError("ERR_GRAMMAR", `${pointer}: expected a schema`);
    }
    return found;
  }

  /** What `$ref` or `$dynamicRef` names. */
  resolve(node: SchemaNode, keyword: "$ref" | "$dynamicRef"): SchemaNode {
    const reference = (node.value as Record<string, unknown>)[keyword];
    const where = `${node.pointer}/${keyword}`;
    ensure(
      typeof reference === "string",
      "ERR_GRAMMAR",
      () => `${where}: expected a string, found ${JSON.stringify(reference)}`,
    );
    const [uri, fragment] = split(resolveUri(reference, node.base, where));
    if (keyword === "$dynamicRef" && this.#dynamicAnchors.has(fragment)) {
      throw new SamplerError("ERR_UNSUPPORTED", `${where}: dynamic references aren't supported`);
    }
    const document = this.#uris.get(uri);
    ensure(
      document !== undefined,
      "ERR_UNSUPPORTED",
      () => `${where}: ${reference} isn't in this schema, and nothing is fetched`,
    );
    if (fragment === "") return document;
    const target = fragment.startsWith("/")
      ? this.#atPointer(document, fragment, where)
      : this.#uris.get(`${uri}#${fragment}`);
    ensure(target !== undefined, "ERR_GRAMMAR", () => `${where}: there is no ${reference}`);
    return target;
  }

  /** A schema that allows anything. */
  get anything(): SchemaNode {
    return this.#added("true", true);
  }

  /** A schema of one array or object. */
  constant(value: unknown): SchemaNode {
    return this.#added(`= ${JSON.stringify(value)}`, schemaOf(value));
  }

  #added(name: string, schema: unknown): SchemaNode {
    return this.#nodes.get(name) ?? this.#register(schema, name, ROOT_URI, 0);
  }

  #atPointer(document: SchemaNode, fragment: string, where: string): SchemaNode {
    let pointer: string;
    try {
      pointer = document.pointer + decodeURIComponent(fragment);
    } catch (cause) {
      throw new SamplerError("ERR_GRAMMAR", `${where}: not a URI fragment`, { cause });
    }
    const known = this.#nodes.get(pointer);
    if (known !== undefined) return known;
    throw new SamplerError("ERR_UNSUPPORTED", `${where}: ${fragment} isn't a place for a schema`);
  }

  #register(value: unknown, pointer: string, base: string, depth: number): SchemaNode {
    this.#budget.checkDepth(depth);
    this.#budget.spend();
    ensure(
      typeof value === "boolean" ||
        (typeof value === "object" && value !== null && !Array.isArray(value)),
      "ERR_GRAMMAR",
      () => `${pointer || "the schema"}: expected an object or a boolean, found ${describe(value)}`,
    );
    const schema = value as SchemaNode["value"];
    let own = base;
    if (typeof schema === "object") {
      checkKeywords(schema, pointer, this.#draft7);
      if (schema["$id"] !== undefined) {
        own = split(resolveUri(String(schema["$id"]), base, `${pointer}/$id`))[0];
      }
    }
    const node: SchemaNode = { id: this.#nodes.size, value: schema, pointer, base: own };
    this.#nodes.set(pointer, node);
    if (typeof schema === "boolean") return node;
    if (own !== base) this.#uris.set(own, node);
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      if (schema[keyword] === undefined) continue;
      this.#uris.set(`${own}#${schema[keyword]}`, node);
      if (keyword === "$dynamicAnchor") this.#dynamicAnchors.add(String(schema[keyword]));
    }
    for (const { path, value: inner } of subschemas(schema, pointer)) {
      const at = path.map((key) => `/${escapePointer(key)}`).join("");
      this.#register(inner, pointer + at, own, depth + 1);
    }
    return node;
  }

  /** Length of the schema as JSON text. */
  static measure(value: unknown): number {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (cause) {
      throw new SamplerError("ERR_GRAMMAR", "the schema isn't JSON", { cause });
    }
    ensure(text !== undefined, "ERR_GRAMMAR", () => "the schema isn't JSON");
    return text.length;
  }
}

/** A schema of one value, in the order of its keys. */
function schemaOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = { minItems: value.length, maxItems: value.length };
    if (value.length === 0) return { type: "array", ...items };
    return { type: "array", prefixItems: value.map(schemaOf), ...items };
  }
  if (typeof value !== "object" || value === null) return { const: value };
  const entries = Object.entries(value);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([key, inner]) => [key, schemaOf(inner)])),
    required: entries.map(([key]) => key),
    additionalProperties: false,
  };
}

export function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function escapePointer(key: string): string {
  return key.replace(/~/g, "~0").replace(/\//g, "~1");
}

function resolveUri(reference: string, base: string, where: string): string {
  if (/^urn:/.test(base) && reference.startsWith("#")) return split(base)[0] + reference;
  try {
    return new URL(reference, base).href;
  } catch (cause) {
    throw new SamplerError("ERR_UNSUPPORTED", `${where}: ${reference} isn't a URI`, { cause });
  }
}

function split(uri: string): [document: string, fragment: string] {
  const at = uri.indexOf("#");
  return at < 0 ? [uri, ""] : [uri.slice(0, at), uri.slice(at + 1)];
}
