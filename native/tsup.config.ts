import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["ts/index.ts", "ts/paths.ts"],
  format: ["esm"],
  dts: true,
  sourcemap: true,
  clean: true,
  target: "node20",
});
