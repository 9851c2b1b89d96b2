import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", "batch-thread": "src/batches/batch-thread.ts" },
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "node20",
});
