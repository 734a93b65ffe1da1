// Stands for packages that jest.config.js keeps from being loaded.
module.exports = {};
