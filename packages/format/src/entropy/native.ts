// The native twin of the coders, which writes the same bytes. It is an optional peer dependency:
// loading is asked for once, and until it has succeeded the TypeScript is in use.

import type { NativeBinding, NativeDecoding, NativeGrid } from "@ryanstream/native-kernels";

export type { NativeDecoding, NativeGrid };

/** What is used of the addon. */
export type NativeCoder = Pick<
  NativeBinding,
  | "encodePlanes"
  | "encodeChunks"
  | "encodeGridRows"
  | "countColumns"
  | "sumRows"
  | "countTables"
  | "decodeChunk"
  | "decodeChunks"
>;

let loading: Promise<boolean> | undefined;
let loaded: NativeCoder | undefined;

/** The native coders, once {@link loadCoders} has found them. */
export const nativeCoder = (): NativeCoder | undefined => loaded;

/**
 * Loads the native coders if they are installed. All functions work before and without: some ten
 * times slower.
 *
 * @returns Whether the native ones are in use from now on.
 */
export function loadCoders(): Promise<boolean> {
  loading ??= import("@ryanstream/native-kernels").then(
    ({ native }) => {
      try {
        const binding = native();
        // An addon of an older build has no coders, or not all of them.
        if (typeof binding.encodeChunks === "function") loaded = binding;
      } catch {
        // Not for this machine: map() says why when it is called.
      }
      return loaded !== undefined;
    },
    () => false,
  );
  return loading;
}

/** For tests: `undefined` for the TypeScript, whatever is installed. */
export function useCoder(coder: NativeCoder | undefined): void {
  loaded = coder;
}
