import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{agent,app,lib}/**/*.test.ts"],
    pool: "forks",
    testTimeout: 20_000,
  },
});
