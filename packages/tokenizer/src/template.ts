// The tokens that a template puts around a text, where it does no more than that.

import { encodingParts } from "./components/encoding-parts.js";
import type { PostProcessor } from "./components/post-processors.js";

export interface Surroundings {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

export const NOTHING_AROUND: Surroundings = { before: new Int32Array(0), after: new Int32Array(0) };

/** An id that no vocabulary has. */
const MARK = -1;

/** What `processor` puts around a single text; undefined when the text doesn't stand there just once. */
export function surroundings(processor: PostProcessor | undefined): Surroundings | undefined {
  if (processor === undefined) return NOTHING_AROUND;
  const mark = encodingParts([MARK], [0], 0, { tokens: ["x"], offsets: [0, 1] });
  const { ids } = processor.process([mark], true);
  const at = ids.indexOf(MARK);
  if (at < 0 || ids.indexOf(MARK, at + 1) >= 0) return undefined;
  return { before: Int32Array.from(ids.slice(0, at)), after: Int32Array.from(ids.slice(at + 1)) };
}
