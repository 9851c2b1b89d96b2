// What reading a schema needs beside it.

import type { Assertions } from "./assertions.js";
import type { SchemaDocument, SchemaNode } from "./schema-node.js";

export interface SchemaContext {
  readonly document: SchemaDocument;
  readonly assertions: Assertions;
  /** Whether no value can satisfy both; false if that isn't known. */
  disjoint(a: SchemaNode, b: SchemaNode): boolean;
}
