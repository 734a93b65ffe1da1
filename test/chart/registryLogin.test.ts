import { parse } from "yaml";
import { stackNames } from "../../model/stack/stackFiles";
import { secretsOf } from "../../secret/catalogue";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart, objectOf, type Rendered } from "../support/metaChart";
import { programRecorder } from "../support/program";

/*
 * What user pods pull with and builds push with, as the charts render it for every stack and every kind of registry.
 * That the hub takes it, its own configuration file shows (test/consumers/hubSettings); that a registry does, nothing here.
 */

interface Login {
  readonly username: string;
  readonly password: string;
}

const LOCATION = "europe-west1";
const google = { kind: "googleArtifactRegistry", project: "p", location: LOCATION };
const external = {
  kind: "external",
  url: "https://r.example.org:5000",
  imagePrefix: "r.example.org:5000/x/i-",
};
const hub = { kind: "external", url: "https://index.docker.io/v1/", imagePrefix: "example/i-" };
const ecr = { kind: "external", url: "https://1.dkr.ecr.us-east-2.amazonaws.com", login: "helper" };

/** Stack, what its registry is instead, the registry that pods log in to, and as whom. */
const cases: [string, Record<string, unknown> | undefined, string | undefined, string][] = [
  ["hetzner-2i2c", undefined, "oci.2i2c.mybinder.org", "robot$mybinder-builds+hetzner-2i2c-user-puller"],
  [
    "hetzner-gesis",
    undefined,
    "registry.gesis.mybinder.org",
    "robot$mybinder-builds+hetzner-gesis-user-puller",
  ],
  ["bids-ovh", undefined, "registry.bids.mybinder.org", "robot$mybinder-builds+bids-ovh-user-puller"],
  ["staging", undefined, "registry.bids.mybinder.org", "robot$placeholder-registryUsername"],
  ["staging", google, `${LOCATION}-docker.pkg.dev`, "_json_key"],
  ["staging", external, "r.example.org:5000", "robot$placeholder-registryUsername"],
  ["staging", hub, "https://index.docker.io/v1/", "robot$placeholder-registryUsername"],
  ["staging", { ...ecr, imagePrefix: "1.dkr.ecr.us-east-2.amazonaws.com/x/i-" }, undefined, ""],
  ["staging", { ...external, login: "none" }, undefined, ""],
  ["local", undefined, undefined, ""],
];

const recorder = programRecorder();
afterAll(recorder.end);

async function valuesOf(stack: string, registry: unknown): Promise<Record<string, unknown>> {
  const loaded = loadStackFile(stack, registry === undefined ? {} : { registry });
  const registered = await recorder.record(stack, rehearsalConfig(loaded));
  const release = registered.find(({ type, name }) => type.endsWith(":Release") && name === "mybinder");
  if (!release) throw new Error(`${stack} registers no release`);
  return release.inputs["values"] as Record<string, unknown>;
}

test("every stack is among the cases", () => {
  const serving = stackNames(ROOT).filter((stack) => loadStackFile(stack).stack.member);
  expect(serving.filter((stack) => !cases.some(([name]) => name === stack))).toEqual([]);
});

describe.each(chartFolders())("rendered with %s", (_, folder) => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
  });

  test.each(cases)(
    "%s with registry %j: pods log in to %s",
    async (stack, registry, pullFrom, user) => {
      const objects = await chart.renderRelease(stack, await valuesOf(stack, registry));
      const pulls = objects.filter(({ metadata: { name } }) => name === "image-pull-secret");
      const named = objects.filter((object) => pullSecretsOf(object).includes("image-pull-secret"));
      expect(named.length > 0).toBe(pullFrom !== undefined);
      if (pullFrom === undefined) {
        expect(pulls).toEqual([]);
        return;
      }
      const [name, login, ...others] = loginsIn(objectOf(objects, "Secret", "image-pull-secret"));
      expect({ name, username: login.username, others }).toEqual({
        name: pullFrom,
        username: user,
        others: [],
      });
      expect(login.password).not.toBe("");
      // The hub gives it to the pods of users where its chart's values say so.
      expect(named.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toContain("Deployment hub");

      const push = objectOf(objects, "Secret", "binder-build-docker-config");
      expect(hostOf(loginsIn(push)[0])).toBe(hostOf(pullFrom));
    },
    120_000,
  );

  test("a registry with a helper asks for no password: builds get theirs from it, with a token that both know", async () => {
    const registry = { ...ecr, imagePrefix: "1.dkr.ecr.us-east-2.amazonaws.com/x/i-" };
    expect(
      secretsOf(loadStackFile("staging", { registry }).stack.config).map(({ key }) => key),
    ).not.toContain("registryPassword");
    const values = await valuesOf("staging", registry);
    const objects = await chart.renderRelease("staging", values);
    const { config } = values["binderhub"] as { config: Record<string, Record<string, string>> };
    const { service_url: url = "", auth_token: token = "" } = config["ExternalRegistryHelper"] ?? {};
    expect(config["BinderHub"]?.["registry_class"]).toBe("binderhub.registry.ExternalRegistryHelper");
    const { hostname, port } = new URL(url);
    expect(objectOf(objects, "Service", hostname).spec).toMatchObject({ ports: [{ port: Number(port) }] });
    expect(textsIn(objectOf(objects, "Secret", hostname))).toEqual([token]);
    expect(token).not.toBe("");
  });
});

/** The values of a Secret, decoded. */
function textsIn(secret: Rendered): string[] {
  const { data = {}, stringData = {} } = secret as Rendered & { stringData?: Record<string, string> };
  const decoded = Object.values(data).map((text) => Buffer.from(text, "base64").toString());
  return [...decoded, ...Object.values(stringData)];
}

/** Names of the Secrets that the pods of an object pull their images with. */
function pullSecretsOf({ spec }: Rendered): string[] {
  const { imagePullSecrets = [] } = (spec?.template?.spec ?? {}) as { imagePullSecrets?: { name: string }[] };
  return imagePullSecrets.map(({ name }) => name);
}

/** The registry of a docker configuration and the login for it, then the names of all others. */
function loginsIn(secret: Rendered): [string, Login, ...string[]] {
  const { data = {}, stringData = {} } = secret as Rendered & { stringData?: Record<string, string> };
  const encoded = data[".dockerconfigjson"] ?? data["config.json"];
  const text =
    encoded === undefined ? (stringData["config.json"] ?? "") : Buffer.from(encoded, "base64").toString();
  const { auths } = parse(text) as { auths: Record<string, Partial<Login> & { auth?: string }> };
  const [[name, { username, password, auth = "" }] = ["", {}], ...others] = Object.entries(auths);
  const [user = "", ...rest] = Buffer.from(auth, "base64").toString().split(":");
  const login = { username: username ?? user, password: password ?? rest.join(":") };
  return [name, login, ...others.map(([other]) => other)];
}

function hostOf(registry: string): string {
  return registry.includes("://") ? new URL(registry).host : registry;
}
