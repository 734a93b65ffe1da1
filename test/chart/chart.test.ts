// Proves: every feature flag renders, our own objects keep the project's rules, and mistakes get a message that names
// the key. Does not prove: that a cluster accepts the objects (test/cluster), or that the published dependencies take
// our values (the stand-ins take everything).
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { metaChartPins } from "../../charts/metaChart";
import { run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { HELM_BUILD_MS } from "../support/helm";
import {
  AssembledChart,
  type Container,
  FIXTURES,
  META_CHART,
  objectOf,
  type Rendered,
} from "../support/metaChart";
import { requireReal } from "../support/real";

const haproxy = requireReal("haproxy", "haproxy");
const testWithHaproxy = haproxy ? test : test.skip;
const SOME_TEXT: unknown = expect.any(String);
const SOME_OBJECT: unknown = expect.any(Object);
let chart: AssembledChart;

beforeAll(async () => {
  chart = await AssembledChart.create();
}, HELM_BUILD_MS);
afterAll(() => {
  chart.remove();
});

describe.each(FIXTURES)("fixture %s", (fixture) => {
  let objects: Rendered[];
  let own: Rendered[];
  beforeAll(async () => {
    objects = await chart.render(fixture);
    own = objects.filter((object) => object.own);
  });

  test("says in its first line what it is for", () => {
    expect(readFileSync(join(META_CHART, "fixtures", `${fixture}.yaml`), "utf8")).toMatch(/^# .{20,}/);
  });

  test("passes helm lint", async () => {
    const outcome = await chart.helm(
      "lint",
      "--strict",
      chart.folder,
      "-f",
      join(chart.folder, "fixtures", `${fixture}.yaml`),
    );
    expect(outcome).toMatchObject({ code: 0 });
  });

  test("own objects have the recommended labels and good names", () => {
    for (const { metadata } of own) {
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(metadata.labels).toMatchObject({
        "app.kubernetes.io/name": SOME_TEXT,
        "app.kubernetes.io/instance": "example",
        "app.kubernetes.io/version": SOME_TEXT,
        "app.kubernetes.io/component": SOME_TEXT,
        "app.kubernetes.io/part-of": "mybinder",
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": expect.stringMatching(/^mybinder-\d/) as unknown,
      });
    }
  });

  test("no object is rendered twice", () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  test("own pods are restricted, probed, bounded and pinned", () => {
    for (const { spec, kind, metadata } of own) {
      if (!spec?.template) continue;
      const pod = spec.template.spec;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        // when and why: test/chart/processScanner.test.ts, test/chart/logs.test.ts
        securityContext: {
          runAsNonRoot: !["process-scanner", "log-collector"].includes(metadata.name),
          seccompProfile: { type: "RuntimeDefault" },
        },
      });
      for (const container of [...(pod.initContainers ?? []), ...pod.containers]) expectRestricted(container);
      if (kind !== "Job") for (const container of pod.containers) expectProbes(container);
    }
  });

  test("own disruption budgets select pods", () => {
    const pods = objects.flatMap(({ spec }) =>
      spec?.template ? [spec.template.metadata?.labels ?? {}] : [],
    );
    for (const { metadata, spec } of own.filter(({ kind }) => kind === "PodDisruptionBudget")) {
      const { matchLabels } = spec?.["selector"] as { matchLabels: Record<string, string> };
      const selected = pods.filter((labels) =>
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
      );
      expect({ budget: metadata.name, selected: selected.length }).toEqual({
        budget: metadata.name,
        selected: 1,
      });
    }
  });

  testWithHaproxy("HAProxy accepts its configuration without a warning", async () => {
    const config = own.find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "federation-proxy",
    );
    if (!config) return;
    const folder = mkdtempSync(join(tmpdir(), "mybinder-haproxy-"));
    for (const [name, text] of Object.entries(config.data ?? {})) {
      writeFileSync(join(folder, name), text.replaceAll("/var/run/federation", folder));
    }
    for (const map of ["table.map", "clients.map"]) writeFileSync(join(folder, map), "");
    const { code, stderr } = await run("haproxy", ["-c", "-f", join(folder, "haproxy.cfg")]);
    rmSync(folder, { recursive: true });
    expect({ code, problems: stderr.match(/^\[(WARNING|ALERT)\].*$/gm) }).toEqual({
      code: 0,
      problems: null,
    });
  });
});

function expectRestricted(container: Container): void {
  expect(container.image).toMatch(/^[a-z0-9.-]+\/[a-z0-9./-]+:v?\d[\w.-]*$/);
  expect(container).toMatchObject({
    resources: {
      requests: { cpu: SOME_TEXT, memory: SOME_TEXT },
      limits: { cpu: SOME_TEXT, memory: SOME_TEXT },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  });
}

function expectProbes(container: Container): void {
  expect(container).toMatchObject({ readinessProbe: SOME_OBJECT, livenessProbe: SOME_OBJECT });
}

describe("what a feature flag changes", () => {
  test("a banned address keeps the prefix it has, and a bare one gets /32", async () => {
    const objects = await chart.render("banned-ips");
    expect(objectOf(objects, "NetworkPolicy", "binder-users").spec).toMatchObject({
      egress: [
        expect.anything(),
        {
          to: [
            {
              ipBlock: {
                cidr: "0.0.0.0/0",
                except: [
                  "10.0.0.0/8",
                  "100.64.0.0/10",
                  "169.254.0.0/16",
                  "172.16.0.0/12",
                  "192.168.0.0/16",
                  "198.51.100.7/32",
                  "198.51.100.8/32",
                  "203.0.113.0/24",
                ],
              },
            },
          ],
        },
        expect.anything(),
      ],
    });
    expect(objectOf(objects, "NetworkPolicy", "banned-ingress").spec).toMatchObject({
      ingress: [
        {
          from: [
            { namespaceSelector: {} },
            { ipBlock: { cidr: "::/0" } },
            { ipBlock: { except: ["192.0.2.1/32", "192.0.2.128/25"] } },
          ],
        },
      ],
    });
  });

  test("the entrypoint leads to traefik's pods, keeping the client's address", async () => {
    const objects = await chart.render("default-member");
    const { spec } = objectOf(objects, "Service", "cluster-entrypoint");
    const pods = objectOf(objects, "Deployment", "example-traefik").spec?.template?.metadata?.labels;
    expect(spec).toMatchObject({ type: "LoadBalancer", externalTrafficPolicy: "Local", selector: pods });
  });

  test("a raw selector is taken as it is", async () => {
    const { spec } = objectOf(await chart.render("raw-entrypoint"), "Service", "cluster-entrypoint");
    expect(spec).toMatchObject({ selector: { "app.kubernetes.io/name": "other-controller" } });
  });

  test("the agent is told the members in order, the drained last, and what they should say", async () => {
    const { data } = objectOf(await chart.render("federation"), "ConfigMap", "federation-proxy");
    expect(JSON.parse(data?.["agent.json"] ?? "")).toMatchObject({
      members: [
        { name: "b", url: "https://b.example.org", weight: 100 },
        { name: "a", url: "https://a.example.org", weight: 50, healthPath: "/health" },
        { name: "c", url: "https://c.example.org:8443", weight: 0 },
      ],
      expectedVersions: { builder: expect.stringContaining("repo2docker") as unknown },
    });
  });

  test("traffic and bans are mounted without being a part of the release", async () => {
    const objects = await chart.render("federation");
    expect(objects.filter(({ metadata }) => metadata.name === "federation-traffic")).toEqual([]);
    const pod = objectOf(objects, "Deployment", "federation-proxy").spec?.template?.spec;
    expect(pod?.["volumes"]).toContainEqual({
      name: "input",
      projected: {
        sources: [
          { configMap: { name: "federation-traffic", optional: true } },
          { configMap: { name: "federation-launches", optional: true } },
          { secret: { name: "bans", optional: true } },
        ],
      },
    });
  });

  test("files of /etc/jupyter are text as it is, or JSON", async () => {
    const { data = {} } = objectOf(await chart.render("etc-jupyter"), "ConfigMap", "user-etc-jupyter");
    expect(data["jupyter_notebook_config.py"]).toBe('c.NotebookApp.allow_origin = "*"\n');
    expect(JSON.parse(data["labconfig.json"] ?? "")).toEqual({ default: true });
    expect(JSON.parse(data["jupyter_server_config.json"] ?? "")).toMatchObject({
      MappingKernelManager: { cull_idle_timeout: 600 },
    });
  });

  test("pods of the proxy stay 30 seconds on a node that is emptied by its taint", async () => {
    const { spec } = objectOf(await chart.render("redirects"), "Deployment", "federation-proxy");
    expect(spec?.template?.spec["tolerations"]).toEqual([
      {
        key: "node.kubernetes.io/unschedulable",
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 30,
      },
    ]);
  });

  test("a changed configuration rolls the proxy's pods", async () => {
    const checksum = async (...sets: string[]): Promise<string | undefined> => {
      const { spec } = objectOf(await chart.render("redirects", ...sets), "Deployment", "federation-proxy");
      return spec?.template?.metadata?.annotations?.["checksum/config"];
    };
    expect(await checksum()).toBe(await checksum());
    expect(await checksum()).not.toBe(
      await checksum("federationProxy.notFound.binderUrl=https://b.example.org"),
    );
  });
});

describe("a mistake", () => {
  test.each([
    ["an unknown key", "federationProxy.replica=2", /federationProxy.*replica/s],
    ["an unknown key at the top", "federationRedirect.enabled=true", /federationRedirect/],
    ["a wrong type", "federationProxy.replicas=two", /federationProxy[./]replicas/],
    ["a moving tag", "federationProxy.image.tag=latest", /federationProxy[./]image[./]tag/],
    [
      "a malformed network",
      "networkPolicy.ingress.bannedIps={1.2.3.4/32/32}",
      /networkPolicy[./]ingress[./]bannedIps/,
    ],
    [
      "an address that is none",
      "networkPolicy.egress.bannedIps.x={1.2.3.400}",
      /networkPolicy[./]egress[./]bannedIps/,
    ],
    [
      "a network without an address that is not private",
      "networkPolicy.egress.cidr=10.1.0.0/16",
      /networkPolicy\.egress\.cidr: 10\.1\.0\.0\/16 lies in a network that is private or banned/,
    ],
    [
      "a target that we do not know",
      "clusterEntrypoint.target=nginx",
      /clusterEntrypoint\.target: "nginx" is unknown/,
    ],
    [
      "a ban that nobody would enforce",
      "networkPolicy.ingress.bannedIps={1.2.3.4},traefikEnabled=false",
      /ingress\.bannedIps: only/,
    ],
    ["no selector", "clusterEntrypoint.target=null", /clusterEntrypoint\.selector: needed/],
    ["nobody to take launches", "federationProxy.federation.enabled=true", /no member has a weight above 0/],
    [
      "an order that names nobody",
      "federationProxy.federation.enabled=true,federationProxy.federation.order={x}",
      /federation\.order: "x" is not in/,
    ],
  ])("%s is refused by name", async (_, set, message) => {
    const { code, stderr } = await chart.template("default-member", set);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  test("what belongs to a dependency is not ours to refuse", async () => {
    expect(await chart.template("default-member", "grafana.someNewKey=1", "global.anything=1")).toMatchObject(
      { code: 0 },
    );
  });
});

test("every own key of the schema says what it is", () => {
  const missing: string[] = [];
  const visit = (schema: SchemaNode, path: string): void => {
    if (path && !schema.description) missing.push(path);
    for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${key}`);
    if (schema.items) visit(schema.items, `${path}[]`);
  };
  visit(JSON.parse(readFileSync(join(META_CHART, "values.schema.json"), "utf8")) as SchemaNode, "");
  expect(missing).toEqual([]);
});

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

test("Chart.lock has the digest that helm computes for Chart.yaml", () => {
  const lock = parse(readFileSync(join(META_CHART, "Chart.lock"), "utf8")) as {
    digest: string;
    dependencies: unknown;
  };
  const { dependencies } = parse(readFileSync(join(META_CHART, "Chart.yaml"), "utf8")) as {
    dependencies: Dependency[];
  };
  // the field order is helm's: it hashes its structs as JSON
  const asked = dependencies.map(({ name, version, repository, condition }) => ({
    name,
    version,
    repository,
    condition,
  }));
  const locked = dependencies.map(({ name, version, repository }) => ({ name, version, repository }));
  const digest = createHash("sha256")
    .update(JSON.stringify([asked, locked]))
    .digest("hex");
  expect(lock).toMatchObject({ digest: `sha256:${digest}`, dependencies: locked });
});

interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
}

test("helm finds every dependency", async () => {
  const { stdout } = await chart.helm("dependency", "list", chart.folder);
  expect(stdout.match(/\bok\b/g)).toHaveLength(metaChartPins(ROOT).length);
});
