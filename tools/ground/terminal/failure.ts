/**
 * What went wrong, in words for a tired operator: what was found, what to do about it.
 * The command line prints the message and nothing else (no stack trace) and exits with `exitCode`.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** `exitCode`: 1 the work failed, 2 the call or the configuration is wrong, 3 the machine lacks something. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
