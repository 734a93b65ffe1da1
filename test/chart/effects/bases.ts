import type { RawConfig } from "../../../model/schema/rawConfig";
import { publicConfig } from "../../../tools/ground/stackFile/stacks";

/* Stacks to change a key of: as many kinds of cluster, registry and role as there are keys of. */

const file = (name: string): Record<string, Record<string, unknown>> =>
  publicConfig(name) as Record<string, Record<string, unknown>>;

const sha = "0".repeat(64);
const resources = { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "4Gi" } };
const userPool = { machineType: "n2-highmem-16", min: 1, max: 3, diskGiB: 500, zones: ["us-central1-a"] };
const bids = file("bids-ovh");
const prod = file("prod");
const staging = file("staging");

/** A managed K3s machine with everything that it may have; nothing that capacity derives is set. */
const member = {
  ...bids,
  cluster: {
    ...bids["cluster"],
    managed: true,
    release: {
      version: "v1.34.4+k3s1",
      sha256: sha,
      window: { days: ["sunday"], start: "00:00", end: "02:00" },
    },
    snapshots: { s3: { bucket: "snapshots", endpoint: "https://s3.example.org", folder: "a" } },
    machine: { ...(bids["cluster"]?.["machine"] as object), dataDiskWipe: "SERIAL-1" },
  },
  binder: { resources, dindResources: resources, activeServerLimit: 70 },
  registry: { ...bids["registry"], mirrorKey: "A".repeat(43) },
  monitoring: { prometheusResources: resources },
  backup: { bucket: "backups", endpoint: "https://s3.example.org", folder: "a" },
  dns: {
    address: "192.0.2.8",
    ipv6: "2001:db8::8",
    zone: { provider: "google", project: "a-project", name: "mybinder-org", domain: "mybinder.org" },
  },
  overrides: [{ reason: "as the test wants it", values: { traefik: { log: { level: "DEBUG" } } } }],
  boosts: [
    {
      repositories: "^owner/.*",
      provider: "GitHubRepoProvider",
      quota: 300,
      from: "2026-01-01",
      until: "2999-12-31",
      reason: "as the test wants it",
    },
  ],
};

const small = {
  role: "member",
  domain: "small.example.org",
  cluster: {
    ...bids["cluster"],
    managed: true,
    maxPods: undefined,
    machine: { cpus: 24, memoryGiB: 92, diskGiB: 200 },
  },
  registry: { kind: "none" },
};

/** By name: the name of the stack, and what its file says. */
export const BASES = {
  member: { stack: "bids-ovh", raw: member },
  /** Without mirrors, which must have the same project. */
  alone: { stack: "bids-ovh", raw: { ...member, registry: { ...member.registry, mirrors: [] } } },
  /** A K3s machine without a data disk, of which nothing is set that can be derived. */
  small: { stack: "small", raw: small },
  /** Every way to prove a name. */
  wildcard: {
    stack: "small",
    raw: {
      ...small,
      hosts: { binder: "binder.small.example.org", binderAliases: ["ovh.example.com"] },
      certificates: {
        issuer: "acme",
        acme: { server: "https://acme.example.org/directory", keyId: "kid-1" },
        dns01: {
          cloudflare: { zones: ["one.example.org"] },
          googleCloudDns: { zones: ["two.example.org"], project: "a-project" },
          rfc2136: { zones: ["example.org"], nameserver: "192.0.2.53", keyName: "acme", delegated: true },
        },
        wildcards: ["small.example.org"],
      },
    },
  },
  /** Everybody who can be told is told what fires. */
  told: {
    stack: "bids-ovh",
    raw: {
      ...member,
      registry: { ...member.registry, mirrors: [] },
      cost: { perMonth: 100, currency: "USD", source: "https://example.org/cost" },
      alerting: {
        webhook: {},
        zulip: { channel: "alerts" },
        email: {
          server: "smtp.example.org:587",
          from: "mybinder@example.org",
          to: ["operators@example.org"],
          user: "mybinder",
        },
        github: { repository: "example/deploy" },
        deadMansSwitch: true,
      },
    },
  },
  made: {
    stack: "made",
    raw: {
      role: "member",
      domain: "made.example.org",
      cluster: {
        kind: "k3s",
        hostKey: bids["cluster"]?.["hostKey"],
        googleVm: {
          project: "a-project",
          zone: "us-central1-a",
          machineType: "n2-highmem-16",
          diskGiB: 200,
          dataDiskGiB: 500,
          sshPublicKey: "ssh-ed25519 AAAA",
          sshFrom: ["192.0.2.0/24"],
        },
      },
      registry: { kind: "none" },
    },
  },
  google: {
    stack: "google",
    raw: {
      role: "member",
      domain: "google.example.org",
      cluster: {
        kind: "gke",
        project: "a-project",
        location: "us-central1",
        entrypointAddress: "entry",
        pools: { core: { ...userPool, machineType: "e2-standard-8", diskGiB: 100 }, user: userPool },
      },
      registry: {
        kind: "googleArtifactRegistry",
        project: "a-project",
        location: "us-central1",
        keepDays: 30,
      },
    },
  },
  existing: { stack: "local", raw: file("local") },
  elsewhere: { stack: "staging", raw: staging },
  /** A proxy whose first member is one of ours. */
  front: { stack: "prod", raw: file("prod") },
  proxy: {
    stack: "prod",
    raw: {
      ...prod,
      cluster: { ...prod["cluster"], managed: true },
      google: { ...prod["google"], managed: true },
      federation: {
        members: [
          { name: "other", weight: 10, external: { url: "https://binder.example.org", sponsor: "Other" } },
          ...(prod["federation"]?.["members"] as object[]),
        ],
      },
      traffic: {
        "bids-ovh": {
          weight: 5,
          rampFrom: "2099-01-01T00:00:00Z",
          until: "2099-01-02T00:00:00Z",
          reason: "a test",
        },
      },
    },
  },
} satisfies Record<string, { stack: string; raw: RawConfig }>;

export type Base = keyof typeof BASES;
