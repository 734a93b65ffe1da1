#!/usr/bin/env node
// The tools are TypeScript and run as they are: nothing to build, nothing to forget to build.
import { register } from "tsx/cjs/api";
import { createRequire } from "node:module";

register();
createRequire(import.meta.url)("./cli.ts").main();
