const { Module } = require("node:module");

/*
 * Loaded before Pulumi's SDK, which loads the TypeScript compiler and npm's arborist at its start. It uses them to serialize
 * functions, and this program has none: they are half of what loading the SDK takes. So each is loaded when something of it
 * is first asked for.
 */
const LATER = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const whole = () => load.call(this, request, parent, isMain);
  if (!LATER.has(request)) return whole();
  // As an ES module it is taken as it is; of any other module the importing code lists all that there is.
  return new Proxy({}, { get: (_, key) => key === "__esModule" || whole()[key] });
};
