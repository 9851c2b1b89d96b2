import { FormatError } from "../errors.js";

/** Coded bytes that no encoder wrote; whoever reads the file adds which chunk it was. */
export const malformed = (expected: string, found: unknown): FormatError =>
  new FormatError("ERR_CHUNK", { expected, found });
