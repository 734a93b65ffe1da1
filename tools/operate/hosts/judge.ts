import type { Reply } from "../members/conformance/ask";

/** Certificates are renewed 30 days before their end; with fewer days than this left, renewal has failed. */
export const DAYS_LEFT = 14;

/** Whole days that a certificate still lasts. Throws when there is none, or when a browser would refuse it. */
export function certificateDays({ certificate: shown }: Reply, now: Date): number {
  if (!shown) throw new Error("no certificate");
  if (shown.problem !== undefined) throw new Error(`the certificate is not valid: ${shown.problem}`);
  return Math.floor((shown.validTo.getTime() - now.getTime()) / 86_400_000);
}

/** Where plain HTTP leads, in words. Throws unless it is the same host with HTTPS. */
export function redirectToHttps({ status, headers: { location = "nowhere" } }: Reply, host: string): string {
  const wanted = `https://${host}/`;
  if ([301, 302, 307, 308].includes(status) && location.startsWith(wanted)) {
    return `${String(status)} to https`;
  }
  throw new Error(`status ${String(status)}, to ${location}; expected: a redirect to ${wanted}`);
}
