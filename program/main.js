/*
 * Where Pulumi starts. It looks for plugins to install below the folder of this file, and would find and download those of
 * every package in node_modules: that of Google has hundreds of MB, and most stacks never use it. From here it finds none,
 * and installs each plugin when a resource first needs it.
 */
require("./typescript.js");
const outputs = Object.entries(require("../index.ts"));
// What a stack has not is no output; Pulumi would warn of it at every operation.
module.exports = Object.fromEntries(outputs.filter(([, value]) => value !== undefined));
