// From what a function did to what will run.

import type { Graph } from "../graph.js";
import { absorbBroadcasts } from "./broadcasts.js";
import { renumber } from "./renumber.js";
import { replaceValues } from "./replace.js";
import { eliminateDead, mergeCommon } from "./simplify.js";
import { hoistUpdates } from "./updates.js";
import { preserveVersions } from "./versions.js";

/** Equal results with fewer operations and less memory. */
export function simplify(traced: Graph, replaced: ReadonlyMap<number, number> = new Map()): Graph {
  const merged = mergeCommon(eliminateDead(replaceValues(traced, replaced)));
  const graph = eliminateDead(absorbBroadcasts(merged));
  return renumber(preserveVersions(hoistUpdates(graph)));
}
