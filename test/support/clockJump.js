// Preloaded into a program: a second after its start the wall clock jumps by CLOCK_JUMP seconds, as when somebody sets it.
const { performance } = require("node:perf_hooks");

const Real = Date;
const start = performance.now();
const jump = Number(process.env.CLOCK_JUMP) * 1000;
const offset = () => (performance.now() - start > 1000 ? jump : 0);
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + offset());
    else super(...args);
  }
  static now() {
    return Real.now() + offset();
  }
};
