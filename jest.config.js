/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  modulePathIgnorePatterns: ["<rootDir>/.build/", "<rootDir>/site/node_modules/"],
  // The SDK loads them for functions that it serializes; the program has none, and they are a third of what is loaded.
  moduleNameMapper: { "^(typescript|@npmcli/arborist)$": "<rootDir>/test/support/absent.js" },
  globalSetup: "<rootDir>/test/support/globalSetup.ts",
  setupFilesAfterEnv: ["<rootDir>/test/support/strictArrays.js"],
  reporters: ["default", "<rootDir>/test/support/countReporter.js"],
  transform: {
    "^.+\\.[mc]?[tj]s$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  testTimeout: 120_000,
};
