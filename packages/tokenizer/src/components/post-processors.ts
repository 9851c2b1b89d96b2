// Post-processors of tokenizer.json: they put special tokens around one sequence or two,
// and have white space trimmed off offsets.

import type { Component } from "../definition.js";
import { addedParts, concatParts, type EncodingParts, withOverflow } from "./encoding-parts.js";
import { build, expected, list, root, Shape, whole } from "./shape.js";

export interface PostProcessor {
  /** How many special tokens are added to one sequence, or to a pair. */
  addedTokens(pair: boolean): number;
  /** One encoding of one sequence or a pair. */
  process(
    encodings: readonly EncodingParts[],
    addSpecialTokens: boolean,
    trim?: TrimOffsets,
  ): EncodingParts;
}

/** What takes white space off offsets; only who asks for offsets needs it. */
export type TrimOffsets = (parts: EncodingParts, addPrefixSpace: boolean) => EncodingParts;

/**
 * Builds the post-processor that `component` describes.
 * @param path Where in the file it stands, for errors.
 * @throws TokenizerError `ERR_FORMAT`, `ERR_UNSUPPORTED` or `ERR_LIMIT`.
 */
export function buildPostProcessor(component: Component, path = "post_processor"): PostProcessor {
  const processor = read(root(component, path));
  return {
    addedTokens: processor.added,
    process(encodings, addSpecialTokens, trim = (parts) => parts) {
      const processed = processor.apply(encodings.map(asSequence), addSpecialTokens, trim);
      return mergeParts(processed);
    },
  };
}

/** What joins the encodings where there is no post-processor. */
export function joinSequences(encodings: readonly EncodingParts[]): EncodingParts {
  return mergeParts(encodings.map(asSequence));
}

interface Processor {
  added(pair: boolean): number;
  apply(
    encodings: EncodingParts[],
    addSpecialTokens: boolean,
    trimOffsets: TrimOffsets,
  ): EncodingParts[];
}

const read = (shape: Shape): Processor => build(shape, TYPES);

const TYPES: Readonly<Record<string, (shape: Shape) => Processor>> = {
  Sequence(shape) {
    const steps = shape.each("processors", read);
    return {
      added: (pair) => steps.reduce((sum, step) => sum + step.added(pair), 0),
      apply: (encodings, special, trimOffsets) =>
        steps.reduce((parts, step) => step.apply(parts, special, trimOffsets), encodings),
    };
  },
  ByteLevel(shape) {
    const addPrefixSpace = shape.boolean("add_prefix_space");
    const trim = shape.boolean("trim_offsets");
    shape.boolean("use_regex", true);
    return {
      added: () => 0,
      apply: (encodings, _, trimOffsets) =>
        trim ? encodings.map((parts) => trimOffsets(parts, addPrefixSpace)) : encodings,
    };
  },
  BertProcessing(shape) {
    const sep = namedToken(shape, "sep");
    const cls = namedToken(shape, "cls");
    return {
      added: (pair) => (pair ? 3 : 2),
      apply: (encodings, special) =>
        special
          ? encodings.map((parts, i) => surround(parts, i === 0 ? cls : undefined, sep, i))
          : encodings,
    };
  },
  RobertaProcessing(shape) {
    const sep = namedToken(shape, "sep");
    const cls = namedToken(shape, "cls");
    const trim = shape.boolean("trim_offsets", true);
    const addPrefixSpace = shape.boolean("add_prefix_space", true);
    return {
      added: (pair) => (pair ? 4 : 2),
      apply(encodings, special, trimOffsets) {
        return encodings.map((parts, i) => {
          const trimmed = trim ? trimOffsets(parts, addPrefixSpace) : parts;
          const flat = { ...trimmed, typeIds: trimmed.typeIds.map(() => 0) };
          if (!special) return flat;
          flat.overflowing = flat.overflowing.map((part) => ({
            ...part,
            typeIds: part.typeIds.map(() => 0),
          }));
          return surround(flat, i === 0 ? cls : sep, sep, 0);
        });
      },
    };
  },
  TemplateProcessing: template,
};

function asSequence(parts: EncodingParts, sequence: number): EncodingParts {
  const mark = (part: EncodingParts): EncodingParts => ({
    ...part,
    sequenceIds: part.ids.map(() => sequence),
  });
  return {
    ...mark(parts),
    typeIds: parts.ids.map(() => sequence),
    overflowing: parts.overflowing.map(mark),
  };
}

function mergeParts(encodings: readonly EncodingParts[]): EncodingParts {
  return encodings.reduce(concatParts);
}

interface NamedToken {
  readonly token: string;
  readonly id: number;
}

/** A field such as `["[SEP]", 102]`. */
function namedToken(shape: Shape, field: string): NamedToken {
  const [token, id, more] = shape.list(field);
  if (typeof token !== "string" || more !== undefined) {
    throw expected("[token, id]", shape.value[field], shape.at(field));
  }
  return { token, id: whole(id, `${shape.at(field)}[1]`) };
}

function surround(
  parts: EncodingParts,
  before: NamedToken | undefined,
  after: NamedToken,
  typeId: number,
): EncodingParts {
  const added = (token: NamedToken): EncodingParts =>
    addedParts([token.id], [token.token], typeId, 1, parts);
  return withOverflow(parts, (part) => {
    const inner = { ...part, specialTokensMask: part.ids.map(() => 0), overflowing: [] };
    const front = before ? concatParts(added(before), inner) : inner;
    return concatParts(front, added(after));
  });
}

type Piece =
  | { readonly sequence: 0 | 1; readonly typeId: number }
  | {
      readonly ids: readonly number[];
      readonly tokens: readonly string[];
      readonly typeId: number;
    };

function template(shape: Shape): Processor {
  const special = shape.object("special_tokens");
  const pieces = (field: string): Piece[] =>
    shape.list(field).map((value, i) => readPiece(value, `${shape.at(field)}[${i}]`, special));
  const single = pieces("single");
  const pair = pieces("pair");
  const second = single.findIndex((piece) => "sequence" in piece && piece.sequence === 1);
  if (second >= 0) {
    throw expected("the sequence A", "B", `${shape.at("single")}[${second}]`);
  }
  const count = (template: readonly Piece[]): number =>
    template.reduce((sum, piece) => sum + ("ids" in piece ? piece.ids.length : 0), 0);
  const added = [count(single), count(pair)] as const;
  return {
    added: (isPair) => added[isPair ? 1 : 0],
    apply(encodings, addSpecialTokens) {
      const like = encodings[0] as EncodingParts;
      const parts: EncodingParts[] = [];
      for (const piece of encodings.length > 1 ? pair : single) {
        if ("sequence" in piece) {
          const sequence = encodings[piece.sequence] as EncodingParts;
          parts.push({ ...sequence, typeIds: sequence.ids.map(() => piece.typeId) });
        } else if (addSpecialTokens) {
          parts.push(addedParts(piece.ids, piece.tokens, piece.typeId, 1, like));
        }
      }
      return parts.length > 0 ? parts : [addedParts([], [], 0, 1, like)];
    },
  };
}

function readPiece(value: unknown, path: string, special: Shape): Piece {
  const piece = Shape.of(value, path);
  if (piece.value["Sequence"] !== undefined) {
    const sequence = piece.object("Sequence");
    const typeId = sequence.whole("type_id");
    return { sequence: sequence.oneOf("id", ["A", "B"]) === "A" ? 0 : 1, typeId };
  }
  if (piece.value["SpecialToken"] === undefined) {
    throw expected("{ Sequence } or { SpecialToken }", value, path);
  }
  const token = piece.object("SpecialToken");
  const name = token.string("id");
  const typeId = token.whole("type_id");
  if (!Object.hasOwn(special.value, name)) throw expected("a special token", name, token.at("id"));
  const entry = special.object(name);
  const ids = list(entry.value["ids"], entry.at("ids")).map((id) => whole(id, entry.at("ids")));
  const tokens = list(entry.value["tokens"], entry.at("tokens")).map((text) => {
    if (typeof text !== "string") throw expected("a string", text, entry.at("tokens"));
    return text;
  });
  if (ids.length !== tokens.length) {
    throw expected(`${ids.length} tokens`, tokens.length, entry.at("tokens"));
  }
  return { ids, tokens, typeId };
}
