import { certificateDays, DAYS_LEFT, redirectToHttps } from "../hosts/judge";
import type { PublicHost } from "../hosts/publicHosts";
import { ask } from "../members/conformance/ask";
import type { TimedReply } from "./clock";
import type { Finding } from "./diagnosis";

/** With fewer days than this, a certificate is about to end. */
const DAYS_LATE = 7;

/** How hosts of a stack are asked. */
export interface HowAsked {
  readonly stack: string;
  /** For each answer. */
  readonly timeoutMs: number;
  readonly now: Date;
  /** A command of kubectl for the stack's cluster, as an operator types it. */
  readonly kubectlCommand: (...args: readonly string[]) => string;
}

/** A finding about one host. */
export type HostFinding = Omit<Finding, "about"> & { readonly host: string };
/** What a host answered, and when. */
export type HostReply = TimedReply & { readonly host: string };

/** Whether a host answers, with a certificate that lasts, and leads plain HTTP to HTTPS. Never rejects. */
export async function lookAt(
  { host, url, plainUrl }: PublicHost,
  { stack, timeoutMs, now, kubectlCommand }: HowAsked,
): Promise<{ readonly findings: readonly HostFinding[]; readonly reply?: HostReply }> {
  const from = new Date();
  try {
    const reply = await ask(url, timeoutMs);
    const timed = { host, reply, from, to: new Date() };
    const issuing = "certificate,challenge";
    const certificate = url.startsWith("https:")
      ? certificateFinding(() => certificateDays(reply, now))
      : undefined;
    const redirect = plainUrl === undefined ? undefined : await redirectProblem(plainUrl, host, timeoutMs);
    return {
      findings: [
        ...(certificate
          ? [{ host, ...certificate, fix: kubectlCommand("describe", issuing, "--namespace", stack) }]
          : []),
        ...(redirect === undefined
          ? []
          : [
              {
                host,
                level: "problem" as const,
                found: redirect,
                fix: kubectlCommand("get", "ingress", "--namespace", stack, "--output", "yaml"),
              },
            ]),
      ],
      reply: timed,
    };
  } catch (error) {
    const found = `does not answer: ${said(error)}`;
    return { findings: [{ host, level: "problem", found, fix: `npm run live -- --stack ${stack}` }] };
  }
}

function certificateFinding(daysLeft: () => number): Pick<Finding, "level" | "found"> | undefined {
  try {
    const days = daysLeft();
    if (days >= DAYS_LEFT) return undefined;
    const found =
      `its certificate has ${String(days)} days left, fewer than ${String(DAYS_LEFT)}: ` +
      "it should have been renewed 30 days before its end";
    return { level: days < DAYS_LATE ? "problem" : "warning", found };
  } catch (error) {
    return { level: "problem", found: said(error) };
  }
}

async function redirectProblem(
  plainUrl: string,
  host: string,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    redirectToHttps(await ask(plainUrl, timeoutMs), host);
    return undefined;
  } catch (error) {
    return `plain HTTP: ${said(error)}`;
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
