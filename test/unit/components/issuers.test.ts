import * as pulumi from "@pulumi/pulumi";
import { credentials, issuerSpecs } from "../../../components/issuers";
import { certificatesSchema } from "../../../model/schema/certificates";
import { EXAMPLE_CERTIFICATE } from "../../support/exampleCertificate";

const of = (certificates: unknown) => ({
  config: certificatesSchema.parse(certificates),
  given: new Map(
    ["cloudflareToken", "googleDnsKey", "rfc2136Key", "acmeBindingKey"].map((key) => [
      key,
      pulumi.secret(key),
    ]),
  ),
});
const HTTP01 = { http01: { ingress: { ingressClassName: "traefik" } } };

test("by default both of Let's Encrypt, which prove every name by HTTP-01, and no Secret", () => {
  const args = of({});
  expect(issuerSpecs(args)).toEqual(
    [
      ["letsencrypt-prod", "https://acme-v02.api.letsencrypt.org/directory"],
      ["letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"],
    ].map(([issuer, server]) => ({
      issuer,
      acme: {
        server,
        email: "binder-team@googlegroups.com",
        privateKeySecretRef: { name: issuer },
        solvers: [HTTP01],
      },
    })),
  );
  expect(credentials(args)).toEqual([]);
});

test("a solver for the zones of each provider, with its Secret, before that of all other names", () => {
  const args = of({
    dns01: {
      cloudflare: { zones: ["a.org"] },
      googleCloudDns: { zones: ["b.org"], project: "a-project" },
      rfc2136: { zones: ["c.org"], nameserver: "192.0.2.53", keyName: "acme", delegated: true },
    },
  });
  const [prod, staging] = issuerSpecs(args);
  const reference = (name: string) => ({ name, key: "credential" });
  expect(prod?.acme["solvers"]).toEqual([
    {
      selector: { dnsZones: ["a.org"] },
      dns01: { cloudflare: { apiTokenSecretRef: reference("dns01-cloudflare") } },
    },
    {
      selector: { dnsZones: ["b.org"] },
      dns01: {
        cloudDNS: { project: "a-project", serviceAccountSecretRef: reference("dns01-googleclouddns") },
      },
    },
    {
      selector: { dnsZones: ["c.org"] },
      dns01: {
        cnameStrategy: "Follow",
        rfc2136: {
          nameserver: "192.0.2.53",
          tsigKeyName: "acme",
          tsigAlgorithm: "HMACSHA256",
          tsigSecretSecretRef: reference("dns01-rfc2136"),
        },
      },
    },
    HTTP01,
  ]);
  expect(staging?.acme["solvers"]).toEqual(prod?.acme["solvers"]);
  expect(credentials(args).map(({ secret, key }) => [secret, key])).toEqual([
    ["dns01-cloudflare", "credential"],
    ["dns01-googleclouddns", "credential"],
    ["dns01-rfc2136", "credential"],
  ]);
});

test("another ACME server, with its authority and an account that exists there", () => {
  const caCertificate = EXAMPLE_CERTIFICATE;
  const args = of({
    issuer: "acme",
    acme: { server: "https://acme.example.org/directory", keyId: "kid-1", caCertificate },
  });
  expect(issuerSpecs(args)[2]).toEqual({
    issuer: "acme",
    acme: {
      server: "https://acme.example.org/directory",
      caBundle: Buffer.from(caCertificate).toString("base64"),
      externalAccountBinding: { keyID: "kid-1", keySecretRef: { name: "acme-binding", key: "credential" } },
      email: "binder-team@googlegroups.com",
      privateKeySecretRef: { name: "acme-account" },
      solvers: [HTTP01],
    },
  });
  expect(credentials(args).map(({ secret }) => secret)).toEqual(["acme-binding"]);
});
