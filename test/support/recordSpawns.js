// Loaded into every Node process by NODE_OPTIONS: appends what each starts, with its arguments and environment, to
// $RECORD_SPAWNS, one JSON line each. Sampling /proc would miss what lives for a moment.
const { appendFileSync } = require("node:fs");
const { ChildProcess, spawnSync } = require("node:child_process");
const childProcess = require("node:child_process");
const { syncBuiltinESMExports } = require("node:module");

const record = (file, args, environment) => {
  appendFileSync(process.env.RECORD_SPAWNS, `${JSON.stringify({ file, args, environment })}\n`);
};

const spawn = ChildProcess.prototype.spawn;
ChildProcess.prototype.spawn = function (options) {
  record(options.file, options.args, options.envPairs);
  return spawn.call(this, options);
};

childProcess.spawnSync = (file, args, ...rest) => {
  record(file, args, process.env);
  return spawnSync(file, args, ...rest);
};
for (const name of ["execFileSync", "execSync"]) {
  const original = childProcess[name];
  childProcess[name] = (file, args, ...rest) => {
    record(file, args, process.env);
    return original(file, args, ...rest);
  };
}
syncBuiltinESMExports();
