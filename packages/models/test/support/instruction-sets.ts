// What native code runs on here, and what it could run on.

import { native } from "@ryanstream/native-kernels";

const known = ["portable", "avx2", "avx512"];

/** Instruction sets that this machine has, as `RYANSTREAM_ISA` names them. */
export const instructionSets = (): readonly string[] =>
  known.slice(0, known.indexOf(native().info().detectedIsa) + 1);

/** What this process uses. */
export function inUse(): { readonly isa: string; readonly threads: number } {
  const { isa, threads } = native().info();
  return { isa, threads };
}
