// What transformers calls clean_up_tokenization_spaces: for vocabularies of words, whose decoders put a space
// before every one of them.

// In this order (transformers, PreTrainedTokenizerBase.clean_up_tokenization).
const REPLACEMENTS = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
] as const;

/** Takes out spaces before punctuation and the endings of English contractions. */
export const cleanUp = (text: string): string =>
  REPLACEMENTS.reduce((cleaned, [from, to]) => cleaned.replaceAll(from, to), text);
