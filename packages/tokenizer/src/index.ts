export type { ChatMessage, ContentPart, ToolCall } from "./chat/messages.js";
export type { ChatTemplate, RenderOptions } from "./chat/template.js";
export type { DecodeOptions } from "./core-tokenizer.js";
export type { StreamDecoder } from "./decoding/stream-decoder.js";
export type * from "./definition.js";
export { Encoding, type Spans } from "./encoding.js";
export { TokenizerError, type TokenizerErrorCode } from "./errors.js";
export type { LoadOptions, TokenizerSource } from "./formats/resolve.js";
export type { TiktokenName, TiktokenSettings } from "./formats/tiktoken.js";
export type { Healing } from "./healing.js";
export { EncodedNumber, type EncodedNumberJson, MathEncoding } from "./math-encoding.js";
export { type MathEncodeOptions, MathTokenizer } from "./math-tokenizer.js";
export type { NumberKind, NumberOptions } from "./numbers/kinds.js";
export { findNumbers, MathNumber, type MathNumberJson } from "./numbers/math-number.js";
export { NumberReader, type NumberReaderOptions } from "./numbers/number-reader.js";
export { type DigitPlaces, NO_PLACE } from "./numbers/places.js";
export {
  add,
  compareRationals,
  equalRationals,
  isExactDecimal,
  multiply,
  negate,
  parseRational,
  type Rational,
  rational,
  rationalToString,
  toDecimalString,
} from "./numbers/rational.js";
export { NumberSpans } from "./numbers/spans.js";
export type { Unit } from "./numbers/units.js";
export { withDigits } from "./numbers/with-digits.js";
export type { EncodeOptions, PaddingOptions, TruncationOptions } from "./options.js";
export type { SpecialTokens } from "./pipeline/special-tokens.js";
export type { StreamEncoder } from "./stream-encoder.js";
export type { VocabularyEntry } from "./token-names.js";
export { Tokenizer } from "./tokenizer.js";
