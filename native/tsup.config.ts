import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["ts/index.ts", "ts/paths.ts"],
  format: ["esm", "cjs"],
  dts: true,
  sourcemap: true,
  clean: true,
  shims: true, // import.meta.url in the CommonJS build
  target: "node20",
});
