// Proves: what JupyterHub and its spawner are set to, by the hub's own configuration file from the real chart, run by
// Python on the objects that the chart renders with a stack's values; and that what user pods name is rendered.
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import { danglingReferences, type Placed } from "../../tools/lab/rehearse/references/dangling";
import { realChartFolder } from "../support/chartFolders";
import { effectiveSettings, pythonForSettings, type Settings } from "../support/effective";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { containerArgs, contentsOf, objectNamed } from "../support/podFiles";
import { programRecorder } from "../support/program";
import { servingStacks } from "../support/serving";
import { stackObjects } from "../support/stackObjects";

const charts = realChartFolder();
const python = pythonForSettings();

interface Spawner extends Readonly<Record<string, unknown>> {
  readonly image_pull_secrets?: readonly string[];
  readonly init_containers?: readonly unknown[];
  readonly volumes?: readonly unknown[];
}

(charts !== undefined && python !== undefined ? describe : describe.skip).each(servingStacks())(
  "the hub of stack %s",
  (name, { stack, raw }) => {
    const binder = (raw["binder"] ?? {}) as { user?: Record<string, unknown>; activeServerLimit?: number };
    const recorder = programRecorder();
    let chart: AssembledChart;
    let placed: Placed[];
    let settings: Settings;
    let spawner: Spawner;
    beforeAll(async () => {
      chart = await AssembledChart.create(charts);
      const registered = await recorder.record(name, rehearsalConfig({ stack, raw }));
      placed = await stackObjects(chart, name, registered);
      settings = await effectiveSettings(python ?? "", placed, "hub");
      spawner = settings["KubeSpawner"] ?? {};
    }, HELM_BUILD_MS);
    afterAll(() => {
      recorder.end();
      chart.remove();
    });

    test("gives user pods the resources of the stack file, on user nodes", () => {
      const { user = {} } = binder;
      expect(spawner).toMatchObject({
        mem_guarantee: user["memoryGuarantee"] ?? "450M",
        mem_limit: user["memoryLimit"] ?? "2G",
        cpu_guarantee: user["cpuGuarantee"] ?? 0.01,
        cpu_limit: user["cpuLimit"] ?? 1,
        node_selector: stack.pools.some(({ purpose }) => purpose === "user")
          ? { "mybinder.org/node-purpose": "user" }
          : {},
      });
    });

    test("user pods pull with a login for the registry, where it takes one", () => {
      const { kind, url = "" } = raw["registry"] as { kind: string; url?: string };
      const secrets = spawner.image_pull_secrets ?? [];
      expect(secrets).toHaveLength(kind === "none" ? 0 : 1);
      for (const secret of secrets) {
        const login = JSON.parse(contentsOf(placed, "Secret", secret)[".dockerconfigjson"] ?? "") as {
          auths: Record<string, { username: string; password: string }>;
        };
        const [[registry, { username, password }] = ["", { username: "", password: "" }]] = Object.entries(
          login.auths,
        );
        expect(registry).toBe(kind === "harbor" ? stack.hosts.registry : new URL(url).host);
        expect([username, password]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
      }
    });

    test("everything that a user pod names is there", () => {
      const { image_pull_secrets: pull = [], init_containers: initContainers = [], volumes = [] } = spawner;
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "user" },
        spec: {
          serviceAccountName: spawner["service_account"],
          priorityClassName: spawner["priority_class_name"],
          imagePullSecrets: pull.map((secret) => ({ name: secret })),
          containers: [],
          initContainers,
          volumes,
        },
      } as KubeObject;
      expect(volumes.length).toBeGreaterThan(0);
      const lines = danglingReferences([...placed, { namespace: name, object: pod }], new Set());
      expect(lines.filter((line) => line.startsWith("Pod user "))).toEqual([]);
    });

    test("ends idle and old servers by the clock of the values", () => {
      const services = settings["JupyterHub"]?.["services"] as {
        name: string;
        command?: readonly string[];
      }[];
      const culler = services.find((service) => service.name === "jupyterhub-idle-culler");
      expect(culler?.command).toEqual(
        expect.arrayContaining(["--timeout=600", "--cull-every=660", "--max-age=21600", "--cull-users"]),
      );
    });

    test("limits servers where the stack file does, and takes its API's routes alone", () => {
      const { JupyterHub: hub = {} } = settings;
      expect(hub["active_server_limit"]).toBe(binder.activeServerLimit);
      expect(hub["hub_routespec"]).toBe("/hub/api/");
    });

    test("what is no user's goes to a Service that there is, from the hub's routes and from its proxy", () => {
      const routes = settings["Proxy"]?.["extra_routes"] as Readonly<Record<string, string>>;
      const flags = containerArgs(placed, "proxy").flatMap(
        (arg) => /^--(?:error|default)-target=(.*)$/.exec(arg)?.slice(1) ?? [],
      );
      expect(flags).toHaveLength(2);
      for (const target of [...Object.values(routes), ...flags]) {
        const { hostname, port } = new URL(target);
        const { ports } = objectNamed(placed, "Service", hostname).object.spec as {
          ports: { port: number }[];
        };
        expect(ports.map((one) => one.port)).toContain(port === "" ? 80 : Number(port));
      }
    });

    test("shares its proxy's token", () => {
      const token = contentsOf(placed, "Secret", "hub")["hub.config.ConfigurableHTTPProxy.auth_token"];
      expect(token).toMatch(/./);
      expect(settings["ConfigurableHTTPProxy"]).toMatchObject({ api_url: "http://proxy-api:8001" });
    });
  },
);
