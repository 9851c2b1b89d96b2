// The thread that makes batches where the package runs from its sources, as in tests: compiles
// TypeScript on the way. It isn't published.

import { register } from "tsx/esm/api";

register();
await import("../src/batches/batch-thread.ts");
