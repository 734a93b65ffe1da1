import { setTimeout as sleep } from "node:timers/promises";
import { ADMIN, type Config, type Secrets } from "./config";
import { Harbor, Unavailable } from "./harbor";

/** One run against one Harbor, and what it has done so far. */
export class Run {
  readonly harbor: Harbor;
  /** What was created, changed or removed, one line each. */
  readonly changes: string[] = [];
  /** What could not be done and is tried again by the next run, one line each. */
  readonly waiting: string[] = [];

  constructor(
    readonly config: Config,
    readonly secrets: Secrets,
    private readonly log: (line: string) => void,
    /** Seconds to wait before each further try; tests have none. */
    private readonly pauses: readonly number[] = [1, 2, 4, 8, 15, 30],
  ) {
    this.harbor = new Harbor({
      url: config.url,
      username: "admin",
      password: secrets(ADMIN),
      timeoutSeconds: 30,
    });
  }

  /** Notes a change that was made. */
  changed(line: string): void {
    this.changes.push(line);
    this.log(line);
  }

  /** Notes what the next run has to try again. */
  waits(line: string): void {
    this.waiting.push(line);
    this.log(line);
  }

  /**
   * Does `step` until Harbor answers. The whole step is done again, since it asks first what there is: a request alone might
   * have been carried out although its answer was lost. Throws what it threw last.
   */
  async persistently<T>(step: () => Promise<T>): Promise<T> {
    for (const pause of this.pauses) {
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.log(`${error.message}; again in ${String(pause)} s`);
      }
      await sleep(pause * 1000);
    }
    return step();
  }
}

/** What everything we make in Harbor says of itself; nothing else is ever removed. */
export const MARK = "mybinder: ";

/**
 * Whether `found` has all that is wanted; what Harbor adds is its own affair. Lists have to be as long. Harbor leaves out most
 * of what is false.
 */
export function has(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((item, index) => has(found[index], item))
    );
  }
  if (wanted !== null && typeof wanted === "object") {
    return (
      found !== null &&
      typeof found === "object" &&
      Object.entries(wanted).every(([key, value]) => has((found as Record<string, unknown>)[key], value))
    );
  }
  return wanted === false ? found === false || found === undefined : found === wanted;
}
