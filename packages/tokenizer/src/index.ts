export type * from "./definition.js";
export { TokenizerError, type TokenizerErrorCode } from "./errors.js";
