/*
 * Where Pulumi starts. It looks for plugins to install below the folder of this file, and would find and download those of
 * every package in node_modules: that of Google has hundreds of MB, and most stacks never use it. From here it finds none,
 * and installs each plugin when a resource first needs it.
 */
require("./typescript.js");
module.exports = require("../index.ts");
