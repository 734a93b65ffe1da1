import type { PublicRoute } from "../../member/routes";
import type { Values } from "../../schema/plain/mergeValues";

/** A route that has a limit for bodies. */
export type LimitedRoute = PublicRoute & { readonly maxBodyBytes: number };

/** Above the routers of the Ingresses, whose priority is the length of their rule; below the bans. */
export const PRIORITY = 100_000;

/**
 * Routers, middlewares and services of Traefik's file provider that refuse bodies above a limit with 413. Traefik's only limit
 * is its buffering, which also holds every answer until it has ended (`disableResponseBuffer` is not configurable:
 * pkg/config/dynamic/middlewares.go of v3.7.9). So only requests that it must refuse or count go through it: those that
 * declare a longer body, which it answers itself, and those that declare no length. `backend` is the URL that the latter go to.
 */
export function bodyLimits(routes: readonly LimitedRoute[], backend: string): Values {
  const limits = [...new Set(routes.map(({ maxBodyBytes }) => maxBodyBytes))];
  const entries = limits.flatMap((limit) => {
    const hosts = routes.filter(({ maxBodyBytes }) => maxBodyBytes === limit).map(({ host }) => host);
    const at = `(${hosts.map((host) => `Host(\`${host}\`)`).join(" || ")})`;
    const middlewares = [`limit-${String(limit)}`];
    const longer = `HeaderRegexp(\`Content-Length\`, \`${above(limit)}\`)`;
    const withBody = ["POST", "PUT", "PATCH"].map((method) => `Method(\`${method}\`)`).join(" || ");
    const undeclared = `(${withBody}) && !HeaderRegexp(\`Content-Length\`, \`.\`)`;
    return [
      [
        `longer-than-${String(limit)}`,
        { rule: `${at} && ${longer}`, priority: PRIORITY, middlewares, service: "noop@internal" },
      ],
      [
        `undeclared-${String(limit)}`,
        { rule: `${at} && ${undeclared}`, priority: PRIORITY, middlewares, service: "limited" },
      ],
    ] as const;
  });
  if (entries.length === 0) return {};
  return {
    routers: Object.fromEntries(entries),
    middlewares: Object.fromEntries(
      limits.map((limit) => [`limit-${String(limit)}`, { buffering: { maxRequestBodyBytes: limit } }]),
    ),
    services: { limited: { loadBalancer: { servers: [{ url: backend }] } } },
  };
}

/** A regular expression (RE2) of the decimal numbers above a positive whole `limit`. */
export function above(limit: number): string {
  const digits = String(limit);
  const higher = Array.from(digits).flatMap((digit, index) => {
    if (digit === "9") return [];
    const next = String(Number(digit) + 1);
    const rest = digits.length - index - 1;
    return [`${digits.slice(0, index)}[${next}-9]${rest === 0 ? "" : `[0-9]{${String(rest)}}`}`];
  });
  return `^0*(${[...higher, `[1-9][0-9]{${String(digits.length)},}`].join("|")})$`;
}
