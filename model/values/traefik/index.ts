import { type PublicRoute, publicRoutes } from "../../member/routes";
import { mergeValues, type Values } from "../../schema/plain/mergeValues";
import type { Stack } from "../../stack/config";
import { bodyLimits, type LimitedRoute, PRIORITY } from "./bodyLimit";

/** Where z2jh's proxy answers, in the stack's namespace. */
const HUB_PROXY = "http://proxy-public";

/** For which a browser's connection stays open between two requests. */
const IDLE_SECONDS = 600;

/**
 * Traefik's values for the public routes of a stack. Routes to Services are Ingresses, which the charts render; this is what
 * an Ingress cannot say: the timeouts of the entry points, HTTPS alone, and limits for bodies.
 */
export function traefikValues({ name, config }: Stack): Values {
  const routes = publicRoutes(name, config);
  const { tls, hstsSeconds } = config.certificates;
  // Traefik has one timeout for all requests of an entry point
  const seconds = Math.max(...routes.map(({ requestSeconds }) => requestSeconds));
  const transport = { respondingTimeouts: { readTimeout: seconds, idleTimeout: IDLE_SECONDS } };
  const limited = routes.filter((route): route is LimitedRoute => route.maxBodyBytes !== undefined);
  const http = mergeValues(
    bodyLimits(limited, HUB_PROXY),
    prometheusControl(routes),
    tls ? { middlewares: { hsts: hsts(hstsSeconds) } } : {},
  );
  return {
    ports: {
      web: { transport, ...(tls && REDIRECT) },
      websecure: { transport, ...(tls && { http: { middlewares: ["hsts@file"] } }) },
    },
    providers: { file: { content: { http } } },
  };
}

/** All of HTTP but ACME challenges, which an authority asks for over HTTP before there is a certificate. */
const REDIRECT: Values = {
  allowACMEByPass: true,
  http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
};

/**
 * Prometheus reloads and ends at the request of anybody who reaches it, for its own pod reloads it in this way. Its public
 * hosts answer neither: Traefik says 418 itself.
 */
function prometheusControl(routes: readonly PublicRoute[]): Values {
  const hosts = routes
    .filter(({ service }) => service === "prometheus")
    .map(({ host }) => `Host(\`${host}\`)`);
  if (hosts.length === 0) return {};
  const rule = `(${hosts.join(" || ")}) && (PathPrefix(\`/-/quit\`) || PathPrefix(\`/-/reload\`))`;
  return { routers: { "prometheus-control": { rule, priority: PRIORITY, service: "noop@internal" } } };
}

/** Also for 0, with which browsers forget what they were told before: Traefik's `stsSeconds: 0` would say nothing. */
function hsts(seconds: number): Values {
  return {
    headers: { customResponseHeaders: { "Strict-Transport-Security": `max-age=${String(seconds)}` } },
  };
}
