// Preloaded into a program: what waits for several answers waits for ever, and a minute of its patience is a second.
const wait = globalThis.setTimeout;
Promise.all = () => new Promise(() => undefined);
globalThis.setTimeout = (callback, ms, ...args) => wait(callback, ms / 60, ...args);
