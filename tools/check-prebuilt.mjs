#!/usr/bin/env node
// Run by `prepublishOnly` in a platform package: refuses to publish it without its binary.
import { readFileSync } from "node:fs";

const { name, main } = JSON.parse(readFileSync("package.json", "utf8"));
try {
  if (readFileSync(main).length === 0) throw new Error("empty");
} catch (error) {
  console.error(
    `${name}: ${main} is missing; build it on its own platform first (${error.message})`,
  );
  process.exit(1);
}
