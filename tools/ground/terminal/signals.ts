let interrupted = false;

/** Whether the user ended the work: an error that comes after is a consequence, not a defect. */
export function wasInterrupted(): boolean {
  return interrupted;
}

/** A signal that is aborted by the first Ctrl-C or SIGTERM, so that work ends tidily; a second one ends it at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`${name}: stopping; ending what it started (press again to end at once)\n`);
    interrupted = true;
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  return controller.signal;
}
