// Preloaded into a program: makes the faults that the file STEERING names while the program runs, as JSON:
//   wall    seconds by which somebody set the wall clock
//   steady  seconds by which the clock that only goes forward is ahead, in the main thread: time that a test need not wait
//   worker  what becomes of every other thread: "hangs", or "dies" a second and a half after its start
const { readFileSync } = require("node:fs");
const { performance } = require("node:perf_hooks");
const { setInterval, setTimeout } = require("node:timers");
const { isMainThread } = require("node:worker_threads");

const steering = () => JSON.parse(readFileSync(process.env.STEERING, "utf8"));
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Date.now());
    else super(...args);
  }
  static now() {
    return Real.now() + (steering().wall ?? 0) * 1000;
  }
};
if (isMainThread) {
  const steady = performance.now.bind(performance);
  performance.now = () => steady() + (steering().steady ?? 0) * 1000;
} else {
  const hang = () => {
    while (steering().worker === "hangs");
  };
  // from its first moment: on a busy machine it would else complete a round before the first interval
  hang();
  setInterval(hang, 100).unref();
  setTimeout(() => {
    if (steering().worker === "dies") process.exit();
  }, 1500).unref();
}
