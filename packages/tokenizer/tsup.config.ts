import { minify } from "terser";
import { defineConfig } from "tsup";

// What is imported when it is first used (chat templates, the hub's cache on disk) becomes files
// of their own. Names are shortened, since people download this to browsers.
export default defineConfig({
  entry: [
    ...["src/index.ts", "src/core.ts", "src/chat.ts", "src/formats.ts", "src/training.ts"],
    ...["src/node.ts", "src/no-node.ts"],
  ],
  format: ["esm"],
  dts: {
    entry: ["src/index.ts", "src/core.ts", "src/chat.ts", "src/formats.ts", "src/training.ts"],
  },
  // Imported by a name of package.json's, which tells browsers from Node.
  external: ["#node"],
  removeNodeProtocol: false,
  minify: true,
  sourcemap: false,
  splitting: true,
  clean: true,
  target: "node20",
  plugins: [
    {
      // esbuild shortens the names that files import from each other; terser makes the rest
      // a twentieth smaller than esbuild does.
      name: "terser",
      async renderChunk(source) {
        const { code = source } = await minify(source, {
          module: true,
          ecma: 2020,
          compress: { passes: 3, pure_getters: true },
          // Node prints the line of an error that nobody catches.
          format: { max_line_len: 2000 },
        });
        return { code };
      },
    },
  ],
  // Written as they are, characters beyond ASCII take a third of what their escapes take.
  esbuildOptions(options) {
    options.charset = "utf8";
  },
});
