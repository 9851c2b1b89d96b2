// The one door to native code. It opens when something runs, so that programs can
// be traced, planned, printed and hashed where no binary is installed.

import { type NativeBinding, native } from "@ryanstream/native-kernels";
import { liveNames } from "./leaks.js";

export function nativeBinding(): NativeBinding {
  return native();
}

/** What is alive natively: counts and bytes of the process, names of what this package holds. */
export interface LiveHandles extends Readonly<ReturnType<NativeBinding["liveHandles"]>> {
  /** `Parameter "w"`, `State "step"`, `program 0f3a…`, in the order in which they took memory. */
  readonly names: readonly string[];
}

/** Native handles that are alive in this process. A test takes it before and after, and compares. */
export function liveHandles(): LiveHandles {
  return { ...native().liveHandles(), names: liveNames() };
}
