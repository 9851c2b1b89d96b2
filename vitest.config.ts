import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Tests read the TypeScript of every workspace package, so none needs a build first.
const conditions = ["@ryanstream/source", ...defaultServerConditions];

export default defineConfig({
  test: {
    projects: [
      {
        ssr: { resolve: { conditions } },
        test: { name: "unit", include: ["{native,packages/*}/test/**/*.test.ts"] },
      },
    ],
  },
});
