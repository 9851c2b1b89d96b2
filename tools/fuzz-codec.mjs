#!/usr/bin/env node

// Decodes mutated chunks under the address sanitizer, as many as are asked for:
//
//   npm run fuzz:codec [-- ROUNDS [SEED]]
//
// `npm run sanitize` runs fewer. RYANSTREAM_ISA chooses the instruction set.

import { join } from "node:path";
import { attempt } from "./lib/steps.mjs";
import { buildSanitized, SANITIZERS } from "./sanitize.mjs";

const [rounds = "10000000", ...seed] = process.argv.slice(2);
const folder = buildSanitized("address", "test_fuzz_codec");
process.exitCode = attempt(join(folder, "test_fuzz_codec"), [rounds, ...seed], {
  env: SANITIZERS.address,
  label: `fuzz_codec ${rounds}`,
  stdio: "inherit",
});
