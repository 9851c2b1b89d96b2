// A bundler may drop modules that nothing imports by name; the operations of this
// package are found by name at run time, so none may be dropped.

import { build, defaultServerConditions } from "vite";
import { expect, it } from "vitest";
import { operationNames } from "../src/index.js";

it("a bundle of one export still has every operation", async () => {
  const entry = "virtual:entry";
  const bundled = await build({
    configFile: false,
    logLevel: "silent",
    root: new URL(".", import.meta.url).pathname,
    ssr: { noExternal: [/tensor/], resolve: { conditions: ["@ryanstream/source"] } },
    resolve: { conditions: ["@ryanstream/source", ...defaultServerConditions] },
    build: { ssr: true, write: false, minify: false, rolldownOptions: { input: entry } },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? 'export { operationNames } from "@ryanstream/tensor";' : undefined,
      },
    ],
  });
  const [chunk] = (bundled as { output: { code: string }[] }).output;
  const { code } = chunk as { code: string };
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  expect(module.operationNames()).toEqual(operationNames());
});
