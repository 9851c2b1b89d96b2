import { defineConfig } from "tsup";

// What is imported when it is first used (chat templates, the hub's cache on disk) becomes files
// of their own. Names are shortened, since people download this to browsers.
export default defineConfig({
  entry: ["src/index.ts", "src/core.ts", "src/chat.ts", "src/formats.ts", "src/training.ts"],
  format: ["esm"],
  dts: true,
  minify: true,
  sourcemap: false,
  splitting: true,
  clean: true,
  target: "node20",
  treeshake: true,
  // Written as they are, characters beyond ASCII take a third of what their escapes take.
  esbuildOptions(options) {
    options.charset = "utf8";
  },
});
