import { publicRoutes } from "../../../../../model/member/routes";
import type { Values } from "../../../../../model/schema/plain/mergeValues";
import { traefikValues } from "../../../../../model/values/traefik";
import { ROOT } from "../../../../../tools/ground/root";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";
import { stackNames } from "../../../../../model/stack/stackFiles";

const valuesOf = (name: string): Values => traefikValues(loadStackFile(name).stack);
const SLOW = { respondingTimeouts: { readTimeout: 600, idleTimeout: 600 } };
const REDIRECT = {
  allowACMEByPass: true,
  http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } },
};

test("a member redirects to HTTPS, says so to browsers, and gives uploads 600 s on both entry points", () => {
  expect(valuesOf("hetzner-2i2c")).toMatchObject({
    ports: {
      web: { transport: SLOW, ...REDIRECT },
      websecure: { transport: SLOW, http: { middlewares: ["hsts@file"] } },
    },
    providers: {
      file: {
        content: {
          http: {
            middlewares: {
              hsts: {
                headers: { customResponseHeaders: { "Strict-Transport-Security": "max-age=2592000" } },
              },
            },
          },
        },
      },
    },
  });
});

test("what ends or reloads Prometheus is answered by Traefik, on every public host of it", () => {
  const { providers } = valuesOf("staging") as {
    providers: { file: { content: { http: { routers: Record<string, unknown> } } } };
  };
  expect(providers.file.content.http.routers["prometheus-control"]).toEqual({
    rule:
      "(Host(`prometheus.staging.mybinder.org`) || Host(`prometheus.ovh.staging.mybinder.org`)) && " +
      "(PathPrefix(`/-/quit`) || PathPrefix(`/-/reload`))",
    priority: 100_000,
    service: "noop@internal",
  });
});

test("hosts without uploads have Traefik's own 60 s, and no limit for bodies", () => {
  const values = valuesOf("prod");
  expect(values["ports"]).toMatchObject({
    web: { transport: { respondingTimeouts: { readTimeout: 60, idleTimeout: 600 } } },
  });
  expect(values).toMatchObject({ providers: { file: { content: { http: { middlewares: { hsts: {} } } } } } });
  expect(JSON.stringify(values)).not.toContain("buffering");
});

test.each([0, 86_400])(
  "browsers are told to use HTTPS alone for %s s, also that they forget it",
  (seconds) => {
    const { raw } = loadStackFile("hetzner-2i2c");
    const certificates = { ...(raw["certificates"] as object | undefined), hstsSeconds: seconds };
    const values = traefikValues(loadStackFile("hetzner-2i2c", { certificates }).stack);
    const said = {
      headers: { customResponseHeaders: { "Strict-Transport-Security": `max-age=${String(seconds)}` } },
    };
    expect(values).toMatchObject({
      providers: { file: { content: { http: { middlewares: { hsts: said } } } } },
    });
  },
);

test("without certificates nothing is redirected and no browser is told to use HTTPS", () => {
  const values = valuesOf("local");
  expect(values["ports"]).toEqual({ web: { transport: SLOW }, websecure: { transport: SLOW } });
  expect(JSON.stringify(values)).not.toContain("hsts");
});

test("a limit is for the hosts that have one: longer bodies are answered, undeclared ones counted", () => {
  const { providers } = valuesOf("staging") as {
    providers: { file: { content: { http: { routers: Record<string, unknown> } } } };
  };
  const at = "(Host(`hub.staging.mybinder.org`) || Host(`hub.ovh.staging.mybinder.org`))";
  const { "prometheus-control": control, ...routers } = providers.file.content.http.routers;
  expect(control).toBeDefined();
  expect(routers).toEqual({
    "longer-than-64000000": {
      rule: expect.stringContaining(`${at} && HeaderRegexp(\`Content-Length\`, `) as string,
      priority: 100_000,
      middlewares: ["limit-64000000"],
      service: "noop@internal",
    },
    "undeclared-64000000": {
      rule:
        `${at} && (Method(\`POST\`) || Method(\`PUT\`) || Method(\`PATCH\`)) && ` +
        "!HeaderRegexp(`Content-Length`, `.`)",
      priority: 100_000,
      middlewares: ["limit-64000000"],
      service: "limited",
    },
  });
});

test.each(stackNames(ROOT))("%s: each public host is described once", (name) => {
  const routes = publicRoutes(name, loadStackFile(name).stack.config);
  expect(new Set(routes.map(({ host }) => host)).size).toBe(routes.length);
  expect(routes.every(({ bans }) => bans)).toBe(true);
});
