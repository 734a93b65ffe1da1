import type { Reply } from "../members/conformance/ask";
import type { Finding } from "./diagnosis";
import { spanText } from "./text";

/** How far apart two clocks may be, in ms. Traefik, cert-manager and leases bear less than a minute. */
export const CLOCK_ALLOWED_MS = 30_000;
/** From here on, tokens and certificates that were just issued count as not valid yet. */
const CLOCK_BROKEN_MS = 5 * 60_000;

/** An answer, and when it was asked for and had, by this machine's clock. */
export interface TimedReply {
  readonly reply: Pick<Reply, "headers">;
  readonly from: Date;
  readonly to: Date;
}

/**
 * How far this machine's clock is from that of a server, by its `Date` header, which has whole seconds. `server`: as the
 * finding names it. Throws when the answer has no date.
 */
export function clockFindings(server: string, { reply, from, to }: TimedReply, fix: string): Finding[] {
  const told = Date.parse(reply.headers.date ?? "");
  if (Number.isNaN(told)) throw new Error(`${server} does not say what time it is: no Date header`);
  // the server's moment is somewhere in this second, and between the question and its answer
  const ahead = from.getTime() - (told + 1000);
  const behind = told - to.getTime();
  const apart = Math.max(ahead, behind);
  if (apart <= CLOCK_ALLOWED_MS) return [];
  const found =
    `${spanText(apart)} ${ahead > behind ? "ahead of" : "behind"} ${server}; ` +
    `allowed: ${String(CLOCK_ALLOWED_MS / 1000)} s`;
  return [
    { level: apart > CLOCK_BROKEN_MS ? "problem" : "warning", about: "this machine's clock", found, fix },
  ];
}
