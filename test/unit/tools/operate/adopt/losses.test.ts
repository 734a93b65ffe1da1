import { ownValues } from "../../../../../charts/metaChart";
import { mergeValues, type Values } from "../../../../../model/schema/plain/mergeValues";
import { stackValues } from "../../../../../model/values";
import { allLosses, compareObjects, compareValues, isSame } from "../../../../../tools/operate/adopt/losses";
import { ROOT } from "../../../../../tools/ground/root";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";

const valuesOf = (stack: string): Values =>
  mergeValues(ownValues(ROOT), stackValues(loadStackFile(stack).stack));
const compare = (stack: string, live: Values, taken: string[] = []) => {
  const { losses, replaced } = compareValues(live, valuesOf(stack), taken);
  return {
    losses: losses.map(({ name, what }) => `${name}: ${what}`),
    replaced: replaced.map(({ name }) => name),
  };
};

describe("values of a live release", () => {
  test("that the program sets too are no loss, whatever their form", () => {
    const live = {
      binderhub: {
        config: { LaunchQuota: { total_quota: 300 } },
        dind: { resources: { requests: { cpu: 4, memory: "12Gi" } } },
        ingress: { hosts: ["2i2c.mybinder.org"] },
      },
      prometheus: { server: { persistentVolume: { size: "50Gi" } } },
      imagePullSecrets: null,
    };
    expect(compare("hetzner-2i2c", live)).toEqual({ losses: [], replaced: [] });
    expect(isSame(0.1, "100m")).toBe(true);
    expect(isSame("12G", "12Gi")).toBe(false);
    expect(isSame({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  });

  test("that differ from the program's are named with the program's, and what it has no rule for once, as a whole", () => {
    const live = {
      binderhub: { config: { LaunchQuota: { total_quota: 301 }, GitHubRepoProvider: { own: "hunter2" } } },
      analytics: { a: { b: "hunter2", c: ["hunter2"] }, d: 1 },
      imagePullSecrets: ["hunter2"],
    };
    const { losses } = compare("hetzner-2i2c", live);
    expect(losses).toEqual([
      "analytics: the program has no rule for analytics (3 values)",
      "binderhub.config.GitHubRepoProvider.own: the program has no rule for binderhub.config.GitHubRepoProvider.own",
      "binderhub.config.LaunchQuota.total_quota: the program sets 300",
      "imagePullSecrets: the program has no rule for imagePullSecrets",
    ]);
    expect(losses.join()).not.toContain("hunter2");
  });

  test("that are taken over as secrets are no loss, below a map and as a variable of a list as well", () => {
    const live = {
      binderhub: {
        config: { GitHubRepoProvider: { client_secret: "x", banned_specs: ["y"] } },
        extraEnv: [
          { name: "GITHUB_CLIENT_ID", value: "x" },
          { name: "OWN", value: "y" },
        ],
        networkPolicy: { egress: { bannedIps: { a: ["192.0.2.1"] } } },
      },
    };
    const taken = [
      "binderhub.config.GitHubRepoProvider.client_secret",
      "binderhub.config.GitHubRepoProvider.banned_specs",
      "binderhub.extraEnv.GITHUB_CLIENT_ID",
      "binderhub.networkPolicy.egress.bannedIps",
    ];
    expect(compare("hetzner-2i2c", live, taken).losses).toEqual([
      "binderhub.extraEnv.OWN: the program has no rule for binderhub.extraEnv.OWN",
    ]);
    // and without the secrets each of them is
    expect(compare("hetzner-2i2c", live).losses).toHaveLength(5);
  });

  test("below a switch that is off there are unused; the switch itself counts where ours is on", () => {
    const live = {
      analyticsPublisher: { enabled: false, project: "x" },
      binderhubEnabled: false,
      binderhub: { nodeSelector: { x: "y" }, hpa: { enabled: true } },
      prometheus: { enabled: false, server: { retention: "1d" } },
    };
    expect(compare("prod", live).losses).toEqual(["prometheus.enabled: the program sets true"]);
  });

  test("of the publisher of events are lost until the stack has one of ours", () => {
    const live = { analyticsPublisher: { enabled: true, project: "x" } };
    const names = (ours: Values): string[] =>
      allLosses(compareValues(live, ours, [])).losses.map(({ name }) => name);
    expect(names({})).toEqual(["analytics-publisher"]);
    expect(names({ archivePublisher: { enabled: true } })).toEqual([]);
  });

  test("that have another form here are replaced where the values are the same, else named", () => {
    const live = (weight: number, host: string): Values => ({
      federationRedirect: {
        enabled: true,
        hosts: { "bids-ovh": { url: "https://bids.mybinder.org", weight, prime: false, health: "x" } },
      },
      redirector: { redirects: [{ type: "host", host: { from: "docs.mybinder.org", to: host } }] },
      static: { ingress: { hosts: ["static.mybinder.org"] } },
    });
    const first = compare("prod", live(50, "mybinder.readthedocs.io"));
    expect(first.losses).toEqual([
      "static.ingress.hosts: the badges of HAProxy, federationProxy in the chart, with another value",
    ]);
    expect(first.replaced).toContain("redirector.redirects");
    expect(compare("prod", live(49, "elsewhere.example.org")).losses).toEqual(
      expect.arrayContaining([
        "federationRedirect.hosts.bids-ovh.weight: mybinder:federation.members, with another value",
        "redirector.redirects: mybinder:redirects (HAProxy), with another value",
      ]),
    );
  });

  test("that Prometheus scrapes and Grafana asks are replaced by a set that has each of them", () => {
    const job = (name: string): string =>
      `- job_name: ${name}\n  static_configs: [{targets: ["hetzner-2i2c-${name}:8001"]}]\n`;
    const source = (url: string): Values => ({
      "datasources.yaml": {
        datasources: [{ name: "prometheus", type: "prometheus", url, access: "direct" }],
      },
    });
    const live = (own: string, url: string): Values => ({
      prometheus: { extraScrapeConfigs: job("harbor-exporter") + own },
      grafana: { datasources: source(url) },
    });
    expect(compare("hetzner-2i2c", live("", "https://prometheus.2i2c.mybinder.org")).losses).toEqual([]);
    expect(compare("hetzner-2i2c", live(job("own"), "https://p.example.org")).losses).toHaveLength(2);
  });
});

describe("objects of a live release", () => {
  const object = (kind: string, name: string, namespace?: string, keep?: true) => ({
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(keep && { annotations: { "helm.sh/resource-policy": "keep" } }),
    },
  });
  const objects = [
    object("Deployment", "hub", "prod"),
    object("Deployment", "redirector"),
    object("DaemonSet", "minesweeper"),
    object("Role", "minesweeper"),
    object("ClusterRole", "prod-own"),
    object("ConfigMap", "own", "elsewhere"),
    object("Secret", "kept", undefined, true),
  ];
  const isKept = ({ metadata }: { metadata: { annotations?: object } }): boolean =>
    metadata.annotations !== undefined;

  test("that ours has too stay, whether or not the namespace is written; the others are named, or replaced", () => {
    const { losses, replaced } = compareObjects(
      "prod",
      { objects, values: {} },
      [object("Deployment", "hub")],
      isKept,
    );
    expect(losses).toEqual([
      {
        name: "minesweeper",
        what:
          "Helm deletes DaemonSet/minesweeper, Role/minesweeper; it ended processes of user pods and builds by private rules; " +
          "rewrite them for the process scanner (secret processRules, docs/abuse.md)",
      },
      { name: "ClusterRole/prod-own", what: "Helm deletes it" },
      { name: "ConfigMap/elsewhere/own", what: "Helm deletes it" },
    ]);
    expect(replaced).toEqual([
      { name: "Deployment/redirector", by: "HAProxy: Deployment, Service and Ingress federation-proxy" },
    ]);
  });

  test("that act on a BinderHub are replaced by nothing only where the release has none", () => {
    const policy = [object("NetworkPolicy", "binder-users")];
    const losses = (values: Values): number =>
      compareObjects("prod", { objects: policy, values }, [], isKept).losses.length;
    expect([losses({ binderhubEnabled: false }), losses({})]).toEqual([0, 1]);
  });

  test("are one loss with the values of the same thing", () => {
    const values = compareValues({ minesweeper: { resources: { cpu: 1 } } }, {}, []);
    const gone = compareObjects(
      "prod",
      { objects: [object("DaemonSet", "minesweeper")], values: {} },
      [],
      isKept,
    );
    expect(allLosses(gone, values).losses.map(({ name }) => name)).toEqual(["minesweeper"]);
  });
});
