const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

// Tests that render with the published charts ask test/support/chartFolders.ts for them.
const real = readdirSync(join(__dirname, "test"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => readFileSync(join(__dirname, "test", file), "utf8").includes("support/chartFolders"));

// With it, they take the published charts alone, and a chart that is missing is an error with its name.
process.env.REAL_CHARTS = "1";

/** @type {import("jest").Config} */
module.exports = {
  ...require("./jest.config.js"),
  testMatch: real.map((file) => `<rootDir>/test/${file}`),
};
