/** Where long work says what it does. A command gives one that writes lines to stderr; a test gives one that collects. */
export type Report = (line: string) => void;

/** Writes progress lines to stderr, so that stdout stays free for results and `--json`. */
export const toStderr: Report = (line) => process.stderr.write(`${line}\n`);

export const silent: Report = () => undefined;
