// The parallel arrays of an encoding, which truncation, post-processors and padding
// change, and their concatenation.

/** What an encoding consists of: parallel arrays with an entry for each token. */
export interface EncodingParts {
  ids: number[];
  typeIds: number[];
  /** Contents of the tokens; needed by post-processors that trim offsets. */
  tokens?: string[] | undefined;
  /** Start and end of each token in turn, in UTF-16 units of its own sequence: two entries a token. */
  offsets?: number[] | undefined;
  /** 0 for padding, 1 else. */
  attentionMask: number[];
  /** 1 for tokens that a post-processor or padding added, 0 else. */
  specialTokensMask: number[];
  /** The piece that the token was cut from, -1 for added ones. */
  wordIds: number[];
  /** 0 or 1 for the sequence that the token is from, -1 for added ones. */
  sequenceIds: number[];
  /** What truncation cut off, in parts. */
  overflowing: EncodingParts[];
}

/** An encoding of `ids`, the tokens of one sequence. */
export function encodingParts(
  ids: readonly number[],
  wordIds: readonly number[],
  sequence = 0,
  more: Pick<EncodingParts, "tokens" | "offsets"> = {},
): EncodingParts {
  const fill = (value: number): number[] => new Array(ids.length).fill(value);
  return {
    ids: [...ids],
    typeIds: fill(sequence),
    tokens: more.tokens,
    offsets: more.offsets,
    attentionMask: fill(1),
    specialTokensMask: fill(0),
    wordIds: [...wordIds],
    sequenceIds: fill(sequence),
    overflowing: [],
  };
}

/** Tokens that belong to no sequence: those of post-processors, or padding. */
export function addedParts(
  ids: readonly number[],
  tokens: readonly string[],
  typeId: number,
  attention: 0 | 1,
  like: EncodingParts,
): EncodingParts {
  const fill = (value: number): number[] => new Array(ids.length).fill(value);
  return {
    ids: [...ids],
    typeIds: fill(typeId),
    tokens: like.tokens && [...tokens],
    offsets: like.offsets && new Array(2 * ids.length).fill(0),
    attentionMask: fill(attention),
    specialTokensMask: fill(1),
    wordIds: fill(-1),
    sequenceIds: fill(-1),
    overflowing: [],
  };
}

/** Tokens `from` to `to`, without what overflowed. */
export function sliceParts(parts: EncodingParts, from: number, to: number): EncodingParts {
  return {
    ids: parts.ids.slice(from, to),
    typeIds: parts.typeIds.slice(from, to),
    tokens: parts.tokens?.slice(from, to),
    offsets: parts.offsets?.slice(2 * from, 2 * to),
    attentionMask: parts.attentionMask.slice(from, to),
    specialTokensMask: parts.specialTokensMask.slice(from, to),
    wordIds: parts.wordIds.slice(from, to),
    sequenceIds: parts.sequenceIds.slice(from, to),
    overflowing: [],
  };
}

/**
 * One encoding after the other. What overflowed is combined with everything of the
 * other side: each overflow of the first with the second and its overflows, then the
 * first with each overflow of the second.
 */
export function concatParts(first: EncodingParts, second: EncodingParts): EncodingParts {
  const overflowing: EncodingParts[] = [];
  for (const part of first.overflowing) {
    overflowing.push(join(part, second));
    for (const other of second.overflowing) overflowing.push(join(part, other));
  }
  for (const other of second.overflowing) overflowing.push(join(first, other));
  return { ...join(first, second), overflowing };
}

function join(a: EncodingParts, b: EncodingParts): EncodingParts {
  return {
    ids: a.ids.concat(b.ids),
    typeIds: a.typeIds.concat(b.typeIds),
    tokens: a.tokens && b.tokens && a.tokens.concat(b.tokens),
    offsets: a.offsets && b.offsets && a.offsets.concat(b.offsets),
    attentionMask: a.attentionMask.concat(b.attentionMask),
    specialTokensMask: a.specialTokensMask.concat(b.specialTokensMask),
    wordIds: a.wordIds.concat(b.wordIds),
    sequenceIds: a.sequenceIds.concat(b.sequenceIds),
    overflowing: [],
  };
}

/** Applies `change` to an encoding and to what overflowed from it. */
export function withOverflow(
  parts: EncodingParts,
  change: (part: EncodingParts) => EncodingParts,
): EncodingParts {
  return { ...change(parts), overflowing: parts.overflowing.map(change) };
}
