// Versions of a slot lie in one memory, so they have one order: each update must
// overwrite the newest. A graph that breaks this would read what isn't there.

import type { Graph } from "../graph.js";

/** What is wrong with the slots of a graph that wasn't traced here, if anything. */
export function slotFault({ slots, nodes }: Graph): string | undefined {
  const newest = new Map<number, string>(); // version to the name of its slot
  const seen = new Set<string>();
  for (const { slot, value } of slots) {
    if (seen.has(slot.name)) return `two slots are called "${slot.name}"`;
    seen.add(slot.name);
    newest.set(value, slot.name);
  }
  for (const [i, { operation, updates, outputs }] of nodes.entries()) {
    for (const [place, id] of updates.entries()) {
      const name = newest.get(id);
      if (name === undefined) {
        return `nodes[${i}] (${operation}) updates value ${id}, which isn't the newest content of a slot`;
      }
      newest.delete(id);
      newest.set(outputs[place] as number, name);
    }
  }
  return undefined;
}
