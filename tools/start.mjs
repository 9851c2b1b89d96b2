// `npm start`: says what the native floor found on this machine.

import { native, nativeOrigin } from "@ryanstream/native-kernels";

const { isa, detectedIsa, threads } = native().info();
console.log(`kernels    ${nativeOrigin()}`);
console.log(`running    ${isa} (this CPU offers ${detectedIsa}), ${threads} threads`);
console.log(`operations ${native().operations().length}`);
