// The one door to native code. It opens when something runs, so that programs can
// be traced, planned, printed and hashed where no binary is installed.

import { type NativeBinding, native } from "@ryanstream/native-kernels";

export function nativeBinding(): NativeBinding {
  return native();
}

/** Native handles that are alive in this process. A test takes it before and after, and compares. */
export function liveHandles(): ReturnType<NativeBinding["liveHandles"]> {
  return native().liveHandles();
}
