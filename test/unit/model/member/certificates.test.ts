import { certificateOf, wildcardCertificates } from "../../../../model/member/certificates";
import { hostClaims } from "../../../../model/member/hosts";
import { publicRoutes } from "../../../../model/member/routes";
import { deriveStack } from "../../../../model/stack/config";
import { ConfigError } from "../../../../model/stack/configError";
import type { RawConfig } from "../../../../model/schema/rawConfig";
import type { StackConfig } from "../../../../model/schema/stack";
import { EXAMPLE_CERTIFICATE } from "../../../support/exampleCertificate";

const base: RawConfig = {
  role: "member",
  domain: "mybinder.ovh",
  hosts: { binder: "binder.mybinder.ovh", binderAliases: ["ovh.mybinder.org"] },
  aliasDomains: ["old.example.org"],
  cluster: {
    kind: "existing",
    pools: { all: { purpose: "core", count: 2, cpus: 8, memoryGiB: 64, diskGiB: 100 } },
  },
  binder: { events: false },
  monitoring: { enabled: false },
  registry: { kind: "none" },
};
const rfc2136 = { zones: ["mybinder.ovh"], nameserver: "192.0.2.53", keyName: "acme" };

function problems(certificates: unknown): readonly string[] {
  try {
    deriveStack("ovh", { ...base, certificates }, () => undefined);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test.each<[string, unknown, string[]]>([
  ["what it is by default", {}, []],
  ["a wildcard in a zone", { dns01: { rfc2136 }, wildcards: ["mybinder.ovh"] }, []],
  [
    "a wildcard without a zone",
    { wildcards: ["mybinder.ovh"] },
    [
      'mybinder:certificates.wildcards[0]: found "mybinder.ovh"; allowed: a domain in a zone of ' +
        "mybinder:certificates.dns01 (it has none), because a wildcard needs DNS-01",
    ],
  ],
  [
    "a wildcard in no zone, and one of no host",
    { dns01: { rfc2136 }, wildcards: ["mybinder.org", "a.mybinder.ovh", "xmybinder.ovh"] },
    [
      'mybinder:certificates.wildcards[0]: found "mybinder.org"; allowed: a domain in a zone of ' +
        "mybinder:certificates.dns01 (it has mybinder.ovh), because a wildcard needs DNS-01",
      'mybinder:certificates.wildcards[1]: found "a.mybinder.ovh"; allowed: a domain with a public host of the stack ' +
        "at it or directly below it",
      'mybinder:certificates.wildcards[2]: found "xmybinder.ovh"; allowed: a domain in a zone of ' +
        "mybinder:certificates.dns01 (it has mybinder.ovh), because a wildcard needs DNS-01",
    ],
  ],
  [
    "a wildcard twice, and one without TLS",
    { dns01: { rfc2136 }, wildcards: ["mybinder.ovh", "mybinder.ovh"] },
    ['mybinder:certificates.wildcards[1]: found "mybinder.ovh"; allowed: each domain once'],
  ],
  [
    "a wildcard without TLS",
    { tls: false, dns01: { rfc2136 }, wildcards: ["mybinder.ovh"] },
    [
      'mybinder:certificates.wildcards[0]: found "mybinder.ovh"; allowed: none with mybinder:certificates.tls: false',
    ],
  ],
  [
    "a zone of two providers",
    { dns01: { cloudflare: { zones: ["mybinder.ovh"] }, rfc2136 } },
    ['mybinder:certificates.dns01.rfc2136.zones[0]: found "mybinder.ovh"; allowed: each zone once'],
  ],
  [
    "another server that is not named",
    { issuer: "acme" },
    [
      'mybinder:certificates.issuer: found "acme"; allowed: letsencrypt-prod, letsencrypt-staging, or acme beside ' +
        "mybinder:certificates.acme",
    ],
  ],
  [
    "a server without TLS",
    { issuer: "acme", acme: { server: "http://acme.example.org/directory" } },
    [
      'mybinder:certificates.acme.server: found "http://acme.example.org/directory" (string); allowed: ' +
        "an https URL of an ACME directory",
    ],
  ],
  [
    "a provider that cert-manager has no client for",
    { dns01: { ovh: { zones: ["mybinder.ovh"] } } },
    ["mybinder:certificates.dns01.ovh: unknown key; allowed here: cloudflare, googleCloudDns, rfc2136"],
  ],
  [
    "a name server by name",
    { dns01: { rfc2136: { ...rfc2136, nameserver: "ns.example.org" } } },
    [
      'mybinder:certificates.dns01.rfc2136.nameserver: found "ns.example.org" (string); allowed: an IP address, with :port ' +
        "where it is not 53, such as 192.0.2.53:5353 or [2001:db8::53]",
    ],
  ],
  [
    "a time for HSTS below 0",
    { hstsSeconds: -1 },
    ["mybinder:certificates.hstsSeconds: found -1 (number); allowed: at least 0"],
  ],
])("%s", (_, certificates, expected) => {
  expect(problems(certificates)).toEqual(expected);
});

test.each([
  ["192.0.2.53", true],
  ["192.0.2.53:5353", true],
  ["[2001:db8::53]:5353", true],
  ["192.0.2.530", false],
  ["192.0.2.53:0", false],
  ["192.0.2.53:65536", false],
  ["2001:db8::53", false],
  ["[2001:db8:::53]", false],
  ["", false],
])("the name server %s is taken: %s", (nameserver, taken) => {
  expect(problems({ dns01: { rfc2136: { ...rfc2136, nameserver } } })).toHaveLength(taken ? 0 : 1);
});

test.each([
  ["whole", EXAMPLE_CERTIFICATE, []],
  ["cut", EXAMPLE_CERTIFICATE.replace(/\n[^-\n]+\n-/, "\n-"), ["one certificate in PEM, whole"]],
  ["two", EXAMPLE_CERTIFICATE.repeat(2), ["one certificate in PEM"]],
  ["a key", EXAMPLE_CERTIFICATE.replaceAll("CERTIFICATE", "PRIVATE KEY"), ["one certificate in PEM"]],
])("an authority's certificate: %s", (_, caCertificate, rules) => {
  const acme = { server: "https://acme.example.org/directory", caCertificate };
  const found = problems({ issuer: "acme", acme });
  expect(found.map((problem) => problem.slice(0, problem.indexOf(": ")))).toEqual(
    rules.map(() => "mybinder:certificates.acme.caCertificate"),
  );
  expect(found.map((problem) => problem.slice(problem.indexOf("allowed: ") + 9))).toEqual(rules);
});

test("a Harbor needs HTTPS", () => {
  const s3 = { bucket: "images", endpoint: "https://s3.example.org" };
  const raw = { ...base, registry: { kind: "harbor", s3 }, certificates: { tls: false } };
  expect(() => deriveStack("ovh", raw, () => undefined)).toThrow(
    "mybinder:certificates.tls: found false; allowed: true beside mybinder:registry.kind harbor, " +
      "where images are pushed and pulled by HTTPS alone",
  );
});

const configOf = (certificates: unknown): StackConfig =>
  deriveStack("ovh", { ...base, certificates }, () => undefined).config;

test("each domain of a stack has certificates of its own, a wildcard stands for one label", () => {
  const config = configOf({ dns01: { rfc2136 }, wildcards: ["mybinder.ovh"] });
  const secrets = publicRoutes("ovh", config).map(({ host, certificate }) => [host, certificate]);
  expect(Object.fromEntries(secrets)).toEqual({
    "binder.mybinder.ovh": "wildcard-mybinder.ovh",
    "ovh.mybinder.org": "kubelego-tls-binder-ovh-ovh.mybinder.org",
    "hub.mybinder.ovh": "wildcard-mybinder.ovh",
    "hub.old.example.org": "kubelego-tls-hub-old.example.org",
    "static.mybinder.ovh": "wildcard-mybinder.ovh",
    "static.old.example.org": "kubelego-tls-static-old.example.org",
  });
  const deeper = {
    ...hostClaims(config)[0],
    host: "a.b.mybinder.ovh",
    service: "hub",
    what: "",
    key: "",
  } as const;
  expect(certificateOf(deeper, config, "ovh")).toBe("kubelego-tls-hub");
});

test("a wildcard certificate is for the domain itself only where a host is there", () => {
  const wild = { dns01: { rfc2136 }, wildcards: ["mybinder.ovh"] };
  const names = ({ hosts }: { hosts?: object }): readonly string[][] => {
    const raw = { ...base, certificates: wild, ...(hosts && { hosts }) };
    const { config } = deriveStack("ovh", raw, () => undefined);
    return wildcardCertificates(config).map(({ dnsNames }) => [...dnsNames]);
  };
  expect(names({})).toEqual([["*.mybinder.ovh"]]);
  expect(names({ hosts: {} })).toEqual([["mybinder.ovh", "*.mybinder.ovh"]]);
});

test("without TLS no host has a certificate", () => {
  const routes = publicRoutes("ovh", configOf({ tls: false }));
  expect(routes.map(({ certificate }) => certificate)).toEqual(routes.map(() => undefined));
});
