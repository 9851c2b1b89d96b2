// A backtracking matcher, written for being plain: what the automata are compared with.

import type { PatternNode } from "../../src/pattern/syntax.js";
import { inRanges } from "../support/in-ranges.js";

type Continue = (at: number) => number;

/** End of the match that starts at `start` of these code points, or -1. */
export function backtrack(root: PatternNode, text: readonly number[], start: number): number {
  const run = (node: PatternNode, at: number, next: Continue): number => {
    switch (node.type) {
      case "set":
        return at < text.length && inRanges(node.set, text[at] as number) ? next(at + 1) : -1;
      case "next":
        return (at < text.length ? inRanges(node.set, text[at] as number) : node.end)
          ? next(at)
          : -1;
      case "group":
        return run(node.body, at, next);
      case "atomic": {
        const end = run(node.body, at, (p) => p);
        return end < 0 ? -1 : next(end);
      }
      case "sequence": {
        const part = (index: number, p: number): number => {
          const child = node.parts[index];
          return child === undefined ? next(p) : run(child, p, (q) => part(index + 1, q));
        };
        return part(0, at);
      }
      case "choice":
        for (const option of node.options) {
          const end = run(option, at, next);
          if (end >= 0) return end;
        }
        return -1;
      case "repeat": {
        if (node.mode === "possessive") {
          const end = run({ ...node, mode: "greedy" }, at, (p) => p);
          return end < 0 ? -1 : next(end);
        }
        const turn = (count: number, p: number): number => {
          const again = () =>
            count < node.max ? run(node.body, p, (q) => turn(count + 1, q)) : -1;
          if (count < node.min) return again();
          if (node.mode === "lazy") {
            const end = next(p);
            return end >= 0 ? end : again();
          }
          const end = again();
          return end >= 0 ? end : next(p);
        };
        return turn(0, at);
      }
      default:
        throw new Error(`no backtracking for ${node.type}`);
    }
  };
  return run(root, start, (p) => p);
}
