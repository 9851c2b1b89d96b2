// What tokenizers over bytes do without: everything that follows a definition component by
// component, and what only that can tell. It is handed to the core, so that who wants no more
// than the core downloads no more.

import { prepare } from "./bpe/prepare.js";
import { AlignedText } from "./components/aligned-text.js";
import { buildDecoder } from "./components/decoders.js";
import { GenericPipeline, wellFormed } from "./components/generic-pipeline.js";
import { buildNormalizer } from "./components/normalizers.js";
import { pad, readPadding } from "./components/padding.js";
import { buildPreTokenizer } from "./components/pre-tokenizers.js";
import { trimOffsets } from "./components/trim-offsets.js";
import { readTruncation, truncate } from "./components/truncation.js";
import { chainStreams, joinWithSpaces } from "./decoding/chain-stream.js";
import { cleanUp } from "./decoding/clean-up.js";
import { FollowingDecoder } from "./decoding/following-decoder.js";
import { TokenStreamDecoder } from "./decoding/token-stream-decoder.js";
import type { Component, TokenizerDefinition } from "./definition.js";
import { writeCompiled } from "./formats/compiled-writer.js";
import { startHealing } from "./healing.js";
import { createPieceModel } from "./models/create-piece-model.js";
import type { PieceModel } from "./models/piece-model.js";
import { moreThan } from "./pipeline/more-than.js";
import { PiecePipeline } from "./pipeline/piece-pipeline.js";
import { cutIds, shaped } from "./shaped-ids.js";
import { pairsOf, toPadding, toTruncation } from "./shaping-options.js";

/** What a normalizer does to a text, without alignments. */
function textNormalizer(component: Component): (text: string) => string {
  const normalizer = buildNormalizer(component);
  return (text) => normalizer.normalize(new AlignedText(wellFormed(text), -1)).text;
}

function genericPipeline(definition: TokenizerDefinition, model?: PieceModel): GenericPipeline {
  return new GenericPipeline({
    model: model ?? createPieceModel(definition.model),
    addedTokens: definition.addedTokens,
    normalizer: definition.normalizer && buildNormalizer(definition.normalizer),
    preTokenizer: definition.preTokenizer && buildPreTokenizer(definition.preTokenizer),
    surfaceId: definition.model.type === "Unigram" ? definition.model.unkId : undefined,
  });
}

/** The quick way of models that look at words as text. */
function piecePipeline(definition: TokenizerDefinition): PiecePipeline | undefined {
  return PiecePipeline.of(
    definition,
    definition.normalizer && buildNormalizer(definition.normalizer),
  );
}

export const extras = {
  textNormalizer,
  genericPipeline,
  piecePipeline,
  wellFormed,
  buildDecoder,
  joinWithSpaces,
  chainStreams,
  TokenStreamDecoder,
  FollowingDecoder,
  cleanUp,
  cutIds,
  shaped,
  truncate,
  readTruncation,
  toTruncation,
  pad,
  readPadding,
  toPadding,
  pairsOf,
  writeCompiled,
  startHealing,
  moreThan,
  trimOffsets,
  prepare,
};

export type Extras = typeof extras;
