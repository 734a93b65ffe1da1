const { Module } = require("node:module");

/*
 * Loaded before Pulumi's SDK, which at its start loads the TypeScript compiler and npm's arborist, to serialize functions,
 * of which this program has none: they are more than half of what loading the SDK takes. So each is loaded when something
 * of it is first asked for. And it has every trace mapped to the sources of its own files, one for each resource, to note
 * where that was made; typescript.js maps ours.
 */
const LATER = new Set(["typescript", "@npmcli/arborist"]);
const NEVER = "source-map-support/register";
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (request === NEVER) return {};
  const whole = () => load.call(this, request, parent, isMain);
  if (!LATER.has(request)) return whole();
  // As an ES module it is taken as it is; of any other module the importing code lists all that there is.
  return new Proxy({}, { get: (_, key) => key === "__esModule" || whole()[key] });
};
