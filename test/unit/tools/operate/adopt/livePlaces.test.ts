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
