// From what a function did to what will run.

import type { Graph } from "../graph.js";
import { renumber } from "./renumber.js";
import { replaceValues } from "./replace.js";
import { eliminateDead, mergeCommon } from "./simplify.js";
import { preserveVersions } from "./versions.js";

export function simplify(traced: Graph, replaced: ReadonlyMap<number, number>): Graph {
  const graph = mergeCommon(eliminateDead(replaceValues(traced, replaced)));
  return renumber(preserveVersions(graph));
}
