// Builds the page into the Python package; `npm test` runs the unit tests with the same settings.
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./", // every URL is relative: the server says in <base href> where the page lives
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../src/fastworker/adapters/dashboard/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // no data: URLs, the content security policy stays simple
    reportCompressedSize: true,
  },
  worker: { format: "iife" },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
