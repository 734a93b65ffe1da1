import * as pulumi from "@pulumi/pulumi";
import { Registry } from "../../../components/registry";
import { deriveStack, type Stack } from "../../../model/stack/config";
import { mirrorPassword, newMirrorKey, publicMirrorKey } from "../../../model/member/mirrorKey";
import type { RawConfig } from "../../../model/schema/rawConfig";
import { stackValues } from "../../../model/values";
import { type Registered, recordRegistrations, valueOf } from "../../support/mocks";

const member = (domain: string, registry: Record<string, unknown>): RawConfig => ({
  role: "member",
  domain,
  cluster: {
    kind: "existing",
    pools: { all: { purpose: "core", count: 1, cpus: 16, memoryGiB: 64, diskGiB: 900 } },
  },
  registry,
});
const s3 = { bucket: "b", endpoint: "https://s3.example.org" };
const derive = (name: string, files: Record<string, RawConfig>): Stack =>
  deriveStack(name, files[name] ?? {}, (other) => files[other], Object.keys(files));

let registered: Registered[];
beforeEach(async () => {
  registered = await recordRegistrations("probe");
});

async function madeResources(): Promise<Registered[]> {
  await pulumi.runtime.disconnect();
  return registered.filter(({ custom }) => custom);
}

test("the two Harbors of a mirror are given one password, and it is secret on both sides", async () => {
  const [a, b] = [newMirrorKey(), newMirrorKey()];
  const files = {
    a: member("a.example.org", { kind: "harbor", s3, mirrors: ["b"], mirrorKey: publicMirrorKey(a) }),
    b: member("b.example.org", { kind: "harbor", s3, mirrorKey: publicMirrorKey(b) }),
  };
  const secretsOf = (name: string, key: string): Record<string, pulumi.Output<string>> => {
    const given = new Map([["registryMirrorKey", pulumi.secret(key)]]);
    const { values } = new Registry("registry", { stack: derive(name, files), given }, {});
    return (values["harborSetup"] as { secrets: Record<string, pulumi.Output<string>> }).secrets;
  };
  const here = secretsOf("a", a)["mirror-to-b"] ?? pulumi.output("");
  const there = secretsOf("b", b)["mirror-from-a"] ?? pulumi.output("");
  expect(await valueOf(here)).toBe(await valueOf(there));
  expect(await valueOf(here)).toBe(mirrorPassword(a, publicMirrorKey(b), { pusher: "a", receiver: "b" }));
  expect([await pulumi.isSecret(here), await pulumi.isSecret(there)]).toEqual([true, true]);
});

test("a guest's robot account gets a drawn password, which is a secret output", async () => {
  const stack = derive("probe", {
    probe: member("p.example.org", { kind: "harbor", s3, guests: [{ project: "staging" }] }),
  });
  const registry = new Registry("registry", { stack, given: new Map() }, {});
  expect(await pulumi.isSecret(registry.guests)).toBe(true);
  expect(await valueOf(registry.guests)).toEqual({ staging: "password-of-registry-guest-staging" });
  const setup = stackValues(stack)["harborSetup"] as { projects: unknown[] };
  expect(setup.projects[1]).toMatchObject({
    name: "staging",
    quotaGiB: 25,
    robots: [{ secret: "guest-staging" }],
  });
  expect(Object.keys((registry.values["harborSetup"] as { secrets: object }).secrets)).toEqual([
    "guest-staging",
  ]);
});

test("Google's registry is a protected repository, an account and its right to write; no key is made", async () => {
  const google = { kind: "googleArtifactRegistry", project: "p", location: "us-central1", keepDays: 90 };
  const stack = derive("probe", { probe: member("p.example.org", google) });
  new Registry("registry", { stack, given: new Map() }, {});
  const resources = await madeResources();
  expect(resources.map(({ type, name }) => `${type} ${name}`)).toEqual([
    "pulumi:providers:gcp registry-google-provider",
    "gcp:artifactregistry/repository:Repository registry-google-repository",
    "gcp:serviceaccount/account:Account registry-google-account",
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember registry-google-writer",
  ]);
  expect(resources[1]?.inputs).toMatchObject({
    project: "p",
    location: "us-central1",
    repositoryId: "mybinder-builds",
    format: "DOCKER",
    cleanupPolicies: [{ action: "DELETE", condition: { olderThan: "7776000s" } }],
  });
  expect(resources[3]?.inputs).toMatchObject({
    role: "roles/artifactregistry.writer",
    member: "serviceAccount:registry-google-account@example.iam.gserviceaccount.com",
  });
  expect(stackValues(stack)["binderhub"]).toMatchObject({
    config: {
      BinderHub: { image_prefix: "us-central1-docker.pkg.dev/p/mybinder-builds/i-", use_registry: true },
    },
    registry: { url: "https://us-central1-docker.pkg.dev", username: "_json_key" },
    jupyterhub: { imagePullSecret: { username: "_json_key" } },
  });
});

test.each([
  ["external", { kind: "external", url: "https://r.example.org", imagePrefix: "r.example.org/x/i-" }],
  ["none", { kind: "none" }],
])("kind %s makes nothing", async (_, config) => {
  const stack = derive("probe", { probe: member("p.example.org", config) });
  const registry = new Registry("registry", { stack, given: new Map() }, {});
  expect(await madeResources()).toEqual([]);
  expect(registry.values).toEqual({});
});

test("a member without a registry is warned of at preview where its user pods run with containerd", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  const k3s = {
    kind: "k3s",
    host: "192.0.2.1",
    managed: false,
    machine: { cpus: 16, memoryGiB: 64, diskGiB: 900 },
  };
  const warnings = (registry: Record<string, unknown>, more: Record<string, unknown>): string[] => {
    warn.mockClear();
    const stack = derive("probe", { probe: { ...member("p.example.org", registry), ...more } });
    new Registry("registry", { stack, given: new Map() }, {});
    return warn.mock.calls.map(([message]) => message);
  };
  expect(warnings({ kind: "none" }, { cluster: k3s })).toEqual([
    expect.stringMatching(/^mybinder:registry.kind of probe: found none; .* ImagePullBackOff\. .*set harbor/),
  ]);
  expect(warnings({ kind: "none" }, {})).toEqual([]);
  expect(warnings({ kind: "harbor", s3 }, { cluster: k3s })).toEqual([]);
  warn.mockRestore();
  await madeResources();
});
