import { givenPlaces } from "../../../../../secret/adopted";
import { valueAt, valueIn } from "../../../../../tools/operate/adopt/livePlaces";

const values = {
  binderhub: {
    config: { GitHubRepoProvider: { client_id: "", banned_specs: [] } },
    extraEnv: [
      { name: "GITHUB_CLIENT_ID", value: "in the environment" },
      { name: "OTHER", valueFrom: {} },
    ],
  },
  grafana: { "grafana.ini": { smtp: { host: "h:25", user: null } } },
};

test("a path goes through maps, keys with a dot and lists of variables", () => {
  expect(valueAt(values, "grafana.grafana\\.ini.smtp.host")).toBe("h:25");
  expect(valueAt(values, "binderhub.extraEnv.GITHUB_CLIENT_ID")).toBe("in the environment");
  expect(valueAt({ a: { b: { C: "map" } } }, "a.b.C")).toBe("map");
  for (const path of ["binderhub.extraEnv.OTHER", "binderhub.none.below", "grafana.grafana.ini"]) {
    expect(valueAt(values, path)).toBeUndefined();
  }
});

test("the first path that has something counts, and of parts those that have something", () => {
  const paths = ["binderhub.config.GitHubRepoProvider.client_id", "binderhub.extraEnv.GITHUB_CLIENT_ID"];
  expect(valueIn(values, { values: paths })).toEqual({ paths: paths.slice(1), value: "in the environment" });
  expect(valueIn(values, { values: "binderhub.none" })).toEqual({ paths: [], value: undefined });
  const smtp = (name: string): string => `grafana.grafana\\.ini.smtp.${name}`;
  expect(valueIn(values, { parts: { host: smtp("host"), user: smtp("user") } })).toEqual({
    paths: [smtp("host")],
    value: { host: "h:25" },
  });
  expect(valueIn(values, { parts: { user: smtp("user") } })).toEqual({ paths: [], value: undefined });
});

const FORMER = {
  values: {
    binderhub: {
      registry: { username: "robot", password: "push" },
      config: {
        BinderHub: { build_token_secret: "token" },
        GitHubRepoProvider: { client_id: "app", client_secret: "of the app", banned_specs: ["^a/.*"] },
        GitLabRepoProvider: { access_token: "oauth", banned_specs: ["^b%2F.*"] },
        GitRepoProvider: { banned_specs: [".*c.*"] },
      },
      extraEnv: [
        { name: "GITHUB_ACCESS_TOKEN", value: "ghp" },
        { name: "GITLAB_PRIVATE_TOKEN", value: "glpat" },
      ],
      networkPolicy: {
        egress: { bannedIps: { miners: ["192.0.2.1"] } },
        ingress: { bannedIps: ["192.0.2.2"] },
      },
    },
    harbor: { persistence: { imageChartStorage: { s3: { accesskey: "access", secretkey: "secret" } } } },
    grafana: { "grafana.ini": { smtp: { host: "h:25", password: "mail" } } },
    "k8s-log-alerter-zulip": { zulip: { bot_key: "bot" } },
    cryptnono: { detectors: { execwhacker: { configs: { rule: { bannedCommandStrings: ["x"] } } } } },
  },
  found: {
    registryUsername: "robot",
    registryPassword: "push",
    googleRegistryKey: "push",
    registryS3AccessKey: "access",
    registryS3SecretKey: "secret",
    buildTokenSecret: "token",
    githubClientId: "app",
    githubClientSecret: "of the app",
    githubAccessToken: "ghp",
    gitlabPrivateToken: "glpat",
    gitlabAccessToken: "oauth",
    grafanaSmtp: { host: "h:25", password: "mail" },
    zulip: { bot_key: "bot" },
    bannedEgress: { miners: ["192.0.2.1"] },
    bannedIngress: ["192.0.2.2"],
    bannedSpecs: {
      GitHubRepoProvider: ["^a/.*"],
      GitLabRepoProvider: ["^b%2F.*"],
      GitRepoProvider: [".*c.*"],
    },
    cryptnonoRules: { rule: { bannedCommandStrings: ["x"] } },
  },
};

/* Where configurations of the former script have what is given, by their own paths and not by those of the program. */
test("every secret of a former release's values is found in its place", () => {
  const { values, found } = FORMER;
  const places = Object.entries(givenPlaces).flatMap(([key, place]) =>
    "secret" in place ? [] : [[key, valueIn(values, place).value] as const],
  );
  expect(Object.fromEntries(places)).toEqual(found);
});
