#!/usr/bin/env node
// The tools are TypeScript and run as they are: nothing to build, nothing to forget to build.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
try {
  require("../program/typescript.js");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write("the packages of package-lock.json are not installed; run this first: npm ci\n");
  process.exit(3);
}
require("./cli.ts").main();
