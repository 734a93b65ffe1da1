const { Module, SourceMap } = require("node:module");
const { resolve } = require("node:path");

// swc unpacks its binary once: into the project's cache where one is named, else into the user's.
const { MYBINDER_CACHE } = process.env;
if (MYBINDER_CACHE) process.env.SWC_NATIVE_BINDING_CACHE ??= resolve(MYBINDER_CACHE, "swc");
const { transformFileSync } = require("@swc/core");

/*
 * Lets Node require TypeScript, for the program, the tools and the processes that tests start. swc strips the types, which
 * `npm run check` checks: a third of a second less than ts-node, half a second less than tsx, which both look at every file
 * of the packages too.
 */
const OPTIONS = {
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
  sourceMaps: true,
};
const maps = new Map();

Module._extensions[".ts"] = (module, file) => {
  const { code, map } = transformFileSync(file, OPTIONS);
  maps.set(file, map);
  module._compile(code, file);
};

// Node's own source maps would read those of every package, even when nothing fails.
Error.prepareStackTrace = (error, frames) => {
  // Without a message it is no error: Pulumi's SDK looks who makes a resource, for every resource.
  const at = error.message === "" ? String : placed;
  return [String(error), ...frames.map((frame) => `    at ${at(frame)}`)].join("\n");
};

/** A frame with the line and column of the TypeScript. */
function placed(frame) {
  const map = mapOf(frame.getFileName());
  if (map === undefined) return frame.toString();
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  const { originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
  if (originalLine === undefined) return frame.toString();
  return frame.toString().replace(`:${line}:${column}`, `:${originalLine + 1}:${originalColumn + 1}`);
}

function mapOf(file) {
  const map = maps.get(file);
  if (typeof map === "string") maps.set(file, new SourceMap(JSON.parse(map)));
  return maps.get(file);
}
