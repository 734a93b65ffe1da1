const { Module } = require("node:module");
const { transformFileSync } = require("@swc/core");

/*
 * Lets a process that a test starts require TypeScript. For the command line tsx does it, which also looks at every file
 * of the packages: half a second more until Pulumi's SDK is loaded.
 */
const OPTIONS = {
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
  sourceMaps: "inline",
};

Module._extensions[".ts"] = (module, file) => {
  module._compile(transformFileSync(file, OPTIONS).code, file);
};
