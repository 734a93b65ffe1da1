import type { Billed } from "./costs";
import { REFUSALS, type Refusal } from "./events";

/** What a publisher counts from its start. */
export class Counts {
  ok = 0;
  failed = 0;
  /** Seconds since 1970, as Prometheus takes it; 0 before the first. */
  lastSuccess = 0;
  publishedDays = 0;
  /** Days of the last round whose export holds fewer events than the archive. */
  shrunkDays = 0;
  readonly refused: Record<Refusal, number> = Object.fromEntries(REFUSALS.map((why) => [why, 0])) as Record<
    Refusal,
    number
  >;
  /** `undefined` before costs were read, and without any. */
  billed: Billed | undefined;
  /** Seconds since 1970 of the newest event, by the BinderHub that it comes from. */
  readonly newest = new Map<string, number>();
}
