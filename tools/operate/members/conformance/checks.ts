import { certificateDays, DAYS_LEFT } from "../../hosts/judge";
import { ask, EVENTS, type Reply } from "./ask";

/** One thing that the federation needs of a member's public face. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  /** What was found, and where it is not as it must be, what is wanted. */
  readonly found: string;
}

/** What is asked. */
export interface Face {
  /** Where launches are sent. */
  readonly url: string;
  /** Where the proxy's Prometheus gets its series from. */
  readonly metricsUrl: string;
  /** Where plain HTTP answers; `undefined`: not checked. */
  readonly plainUrl: string | undefined;
}

export interface CheckOptions {
  readonly timeoutMs: number;
  readonly now: Date;
}

/** BinderHub refuses a provider that does not exist as the first event of the stream: nothing is built. */
const NO_BUILD = "/build/conformance-check/nothing";

/** Checks a member's public face; every check is made, whatever the others found. */
export function checkEndpoints(
  { url, metricsUrl, plainUrl }: Face,
  options: CheckOptions,
): Promise<CheckResult[]> {
  const checks: [string, string, (reply: Reply) => string, ((body: string) => boolean)?][] = [
    ...(url.startsWith("https:")
      ? [
          ["certificate", url, (reply: Reply) => certificate(reply, options.now)] satisfies [
            string,
            string,
            (reply: Reply) => string,
          ],
        ]
      : []),
    ...(plainUrl === undefined
      ? []
      : [["http", plainUrl, toHttps] satisfies [string, string, (reply: Reply) => string]]),
    ["versions", `${url}/versions`, versions],
    ["health", `${url}/health`, health],
    ["build", url + NO_BUILD, build, (body) => body.includes("\n\n")],
    ["badge", `${url}/badge_logo.svg`, badge],
    ["metrics", metricsUrl, metrics],
  ];
  return Promise.all(
    checks.map(async ([check, at, judge, until]): Promise<CheckResult> => {
      try {
        return { check, ok: true, found: judge(await ask(at, options.timeoutMs, until, until && EVENTS)) };
      } catch (error) {
        return {
          check,
          ok: false,
          found: `${at}: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
    }),
  );
}

/** How many days a certificate lasts, in words. Throws when it is missing, is not valid, or should have been renewed. */
export function certificate(reply: Reply, now: Date): string {
  const days = certificateDays(reply, now);
  if (days < DAYS_LEFT) {
    throw new Error(`${String(days)} days left, fewer than ${String(DAYS_LEFT)}: renewal has failed`);
  }
  return `${String(days)} days left`;
}

function toHttps({ status, headers: { location = "" } }: Reply): string {
  if (status >= 301 && status <= 308 && location.startsWith("https://")) return `${String(status)} to https`;
  throw new Error(`status ${String(status)}; expected: a redirect to https`);
}

function versions(reply: Reply): string {
  const told = json(reply, [200]) as Record<string, unknown> | null;
  const { builder, binderhub } = told ?? {};
  if (typeof builder === "string" && typeof binderhub === "string") {
    return `binderhub ${binderhub}, ${builder}`;
  }
  throw new Error("expected: builder and binderhub, each a string");
}

function health(reply: Reply): string {
  const { ok, checks } = (json(reply, [200, 503]) ?? {}) as { ok?: unknown; checks?: unknown };
  if (typeof ok !== "boolean" || !Array.isArray(checks)) throw new Error("expected: ok and a list of checks");
  const bad = (checks as { service?: unknown; ok?: unknown }[]).filter((one) => one.ok !== true);
  if (ok) return `ok, ${String(checks.length)} checks`;
  throw new Error(`not ok: ${bad.map(({ service }) => String(service)).join(", ")}`);
}

function build({ status, headers, body }: Reply): string {
  const type = headers["content-type"] ?? "none";
  if (status !== 200 || !type.startsWith("text/event-stream")) {
    throw new Error(`status ${String(status)}, content type ${type}; expected: 200, text/event-stream`);
  }
  const origin = headers["access-control-allow-origin"] ?? "none";
  if (origin !== "*") {
    throw new Error(`Access-Control-Allow-Origin ${origin}; expected: *, for pages of any site`);
  }
  const data = /^data: ?(.*)$/m.exec(body)?.[1] ?? "";
  const { phase } = parsed(data) as { phase?: unknown };
  if (typeof phase !== "string") throw new Error("expected: events with a phase");
  return `events, the first one ${phase}`;
}

function badge({ status, headers }: Reply): string {
  const type = headers["content-type"] ?? "none";
  if ([301, 302, 307, 308].includes(status)) return `${String(status)} to ${headers.location ?? "nowhere"}`;
  if (status === 200 && type.startsWith("image/svg+xml")) return type;
  throw new Error(`status ${String(status)}, content type ${type}; expected: an SVG image, or where it is`);
}

function metrics({ status, body }: Reply): string {
  const series = body.split("\n").filter((line) => line.startsWith("binderhub_")).length;
  if (status === 200 && series > 0) return `${String(series)} series of binderhub`;
  throw new Error(`status ${String(status)}, no series that begins with binderhub_`);
}

function json({ status, body }: Reply, allowed: readonly number[]): unknown {
  if (!allowed.includes(status)) {
    throw new Error(`status ${String(status)}; expected: ${allowed.join(" or ")}`);
  }
  return parsed(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`not JSON: ${JSON.stringify(text.slice(0, 40))}`);
  }
}
