import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Tests read the TypeScript of every workspace package, so none needs a build first.
const conditions = ["@ryanstream/source", ...defaultServerConditions];
const ssr = { resolve: { conditions } };

/** The packages' tests. A file that leaves native memory behind fails. */
export const unit = {
  ssr,
  test: {
    name: "unit",
    include: ["{native,packages/*}/test/**/*.test.ts"],
    setupFiles: ["tools/leak-gate.ts"],
    // Exhaustive tests take seconds, and longer where machines are busy.
    testTimeout: 60_000,
  },
};

export default defineConfig({
  test: {
    projects: [
      unit,
      {
        test: {
          name: "tools",
          include: ["tools/test/*.test.mjs"],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
