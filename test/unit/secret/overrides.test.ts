import { isDeepStrictEqual } from "node:util";
import { deriveStack, type Stack } from "../../../model/stack/config";
import { diffValues } from "../../../model/values/diffValues";
import { stackNames } from "../../../model/stack/stackFiles";
import { stackValues } from "../../../model/values";
import { checkOverrides, claimsOf, overrideProblems } from "../../../secret/overrides";
import { rehearsalConfig } from "../../../tools/lab/rehearse/config";
import { ROOT } from "../../../tools/ground/root";
import { loadStackFile, publicConfig } from "../../../tools/ground/stackFile/stacks";
import { programRecorder } from "../../support/program";

const programs = programRecorder();
afterAll(programs.end);

/** A stack with overrides, as its file would have them. */
const overridden = (name: string, ...values: unknown[]): Stack =>
  deriveStack(
    name,
    {
      ...publicConfig(name),
      overrides: values.map((each) => ({ reason: "as the test wants it", values: each })),
    },
    publicConfig,
  );
const problems = (name: string, ...values: unknown[]): string[] =>
  overrideProblems(overridden(name, ...values));

test.each(stackNames(ROOT))("all that the program of %s lays over the overrides is claimed", async (name) => {
  const loaded = loadStackFile(name);
  const registered = await programs.record(name, rehearsalConfig(loaded));
  const release = registered.find(({ name: its, type }) => its === "mybinder" && type.endsWith(":Release"));
  // through JSON, since what another process sent has prototypes of its own
  const plain = (values: unknown): unknown => JSON.parse(JSON.stringify(values));
  const later = diffValues(plain(stackValues(loaded.stack)), plain(release?.inputs["values"]))
    .filter(({ left, right }) => !isDeepStrictEqual(left, right))
    .map(({ path }) => path);
  expect(later.length).toBeGreaterThan(0);
  const claims = claimsOf(loaded.stack).map(({ path }) => path);
  expect(later.filter((path) => !claims.some((claim) => `${path}.`.startsWith(`${claim}.`)))).toEqual([]);
});

test("an override under a secret is refused with its key, the secret and what to do, whether or not that is set", () => {
  const values = { networkPolicy: { egress: { bannedIps: { public: ["203.0.113.7"] } } } };
  expect(problems("hetzner-2i2c", values)).toEqual([
    "mybinder:overrides[0].values.networkPolicy.egress.bannedIps.public: has no effect: it is hidden by the secret bannedEgress, at " +
      "networkPolicy.egress.bannedIps; instead: npx mybinder secrets set bannedEgress --stack hetzner-2i2c --file FILE",
  ]);
  expect(() => {
    checkOverrides(overridden("hetzner-2i2c", values));
  }).toThrow("stack hetzner-2i2c: 1 problem in its configuration (Pulumi.hetzner-2i2c.yaml)");
});

test.each([
  [
    "above a secret",
    { binderhub: { jupyterhub: { hub: { cookieSecret: "x" } } } },
    "the generated secret hub-cookie-secret;",
  ],
  [
    "that is no map above one",
    { harbor: { persistence: "none" } },
    "the secret registryS3AccessKey, at harbor.persistence.imageChartStorage.s3.accesskey",
  ],
  [
    "of a switch that a secret turns on",
    { "k8s-log-alerter-zulip": { enabled: false } },
    "the secret zulip;",
  ],
  [
    "of the line of an htpasswd file",
    { harbor: { registry: { credentials: { htpasswdString: "x" } } } },
    "the generated secret harbor-registry-user",
  ],
  [
    "among the passwords of the registry",
    { harborSetup: { secrets: { "guest-x": "y" } } },
    "the passwords of Harbor's robot accounts, at harborSetup.secrets",
  ],
  [
    "of a provider's bans",
    { binderhub: { config: { GitRepoProvider: { banned_specs: ["^a"] } } } },
    "the secret bannedSpecs;",
  ],
])("an override %s is refused", (_, values, message) => {
  const found = problems("hetzner-2i2c", { traefik: { a: 1 } }, values);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^mybinder:overrides\[1\]\.values\./);
  expect(found[0]).toContain(message);
});

test("an override beside a secret, an empty map above one, and a path of what the stack does not have are fine", () => {
  const beside = { harbor: { persistence: { imageChartStorage: { s3: { region: "x" } } } }, binderhub: {} };
  expect(problems("hetzner-2i2c", beside, { harborSetup: { projects: [] } })).toEqual([]);
  expect(problems("prod", { harbor: { secretKey: "x" } })).toEqual([]);
});

test("a pattern in an override that Python would not compile is refused", () => {
  const GitHubRepoProvider = { high_quota_specs: ["^a/.*"], spec_config: [{ pattern: "*b*", config: {} }] };
  expect(problems("hetzner-2i2c", { binderhub: { config: { GitHubRepoProvider } } })).toEqual([
    "mybinder:overrides[0].values.binderhub.config.GitHubRepoProvider.spec_config, entry 1, character 1: * has nothing to repeat",
  ]);
});

test("a boost whose pattern Python does not compile is refused with its key, and no other", () => {
  const boost = { quota: 200, until: "2999-01-31", reason: "a course in spring" };
  const boosts = ["^owner/good/.*", "^owner/(bad/.*"].map((repositories) => ({ ...boost, repositories }));
  const stack = deriveStack("bids-ovh", { ...publicConfig("bids-ovh"), boosts }, publicConfig);
  expect(overrideProblems(stack)).toEqual([
    "mybinder:boosts[1].repositories: character 15: a ( without a matching )",
  ]);
});
