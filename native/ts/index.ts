import type { NativeBinding } from "./binding.js";
import { loadBinding } from "./load.js";

export type {
  NativeBinding,
  NativeBuffer,
  NativeDecoding,
  NativeDevice,
  NativeEncoding,
  NativeGrid,
  NativeInfo,
  NativeProgram,
  RunOptions,
  RunReport,
} from "./binding.js";
export { KernelsUnavailableError } from "./errors.js";

let loaded: { binding: NativeBinding; from: string } | undefined;

/**
 * The addon, loaded at the first call.
 *
 * @throws {@link KernelsUnavailableError} with the paths that were tried and what to do.
 *
 * @example
 * import { native } from "@ryanstream/native-kernels";
 * console.log(native().info()); // { isa: "avx512", detectedIsa: "avx512", threads: 2 }
 */
export function native(): NativeBinding {
  loaded ??= loadBinding() as { binding: NativeBinding; from: string };
  return loaded.binding;
}

/** Where the addon came from: a path or the name of a package. */
export function nativeOrigin(): string {
  native();
  return loaded?.from ?? "";
}
