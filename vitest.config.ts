import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Tests read the TypeScript of every workspace package, so none needs a build first.
const conditions = ["@ryanstream/source", ...defaultServerConditions];
const ssr = { resolve: { conditions } };

// A test that measures time has its own file and runs after the others, alone.
const TIMING = "{native,packages/*}/test/**/*.timing.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        ssr,
        test: {
          name: "unit",
          include: ["{native,packages/*}/test/**/*.test.ts"],
          exclude: [TIMING, "**/node_modules/**"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "tools",
          include: ["tools/test/*.test.mjs"],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ssr,
        test: {
          name: "timing",
          include: [TIMING],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
