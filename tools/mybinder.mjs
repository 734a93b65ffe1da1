#!/usr/bin/env node
// The tools are TypeScript and run as they are: nothing to build, nothing to forget to build.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
require("../program/typescript.js");
require("./cli.ts").main();
