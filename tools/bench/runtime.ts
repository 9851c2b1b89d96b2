// What a run costs besides its arithmetic: an empty round trip, an operation's
// overhead, and how long the event loop is kept waiting.
//
//   npm run bench:runtime [-- --json]

import { printRows } from "./rows.js";
import { runtimeRows } from "./runtime-rows.js";

printRows(await runtimeRows(), process.argv.includes("--json"));
