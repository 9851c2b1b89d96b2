#!/usr/bin/env node
// The end of a CI run: adds up what every step left behind.
import { allResults, printTally } from "./lib/results.mjs";

process.exitCode = printTally(allResults()) ? 0 : 1;
