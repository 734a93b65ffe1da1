import { deriveStack } from "../../../model/stack/config";
import { secretsOf } from "../../../secret/catalogue";

const zone = { zones: ["a.org"] };

test.each([
  ["no provider", {}, []],
  ["Cloudflare", { dns01: { cloudflare: zone } }, ["cloudflareToken"]],
  ["Google Cloud DNS", { dns01: { googleCloudDns: { ...zone, project: "a-project" } } }, ["googleDnsKey"]],
  [
    "a name server",
    { dns01: { rfc2136: { ...zone, nameserver: "192.0.2.53", keyName: "acme" } } },
    ["rfc2136Key"],
  ],
  ["an account", { acme: { server: "https://acme.example.org/dir", keyId: "kid-1" } }, ["acmeBindingKey"]],
])("%s needs its own credential, and no other", (_, certificates, expected) => {
  const { config } = deriveStack(
    "probe",
    {
      role: "member",
      domain: "a.org",
      cluster: {
        kind: "existing",
        pools: { all: { purpose: "core", count: 2, cpus: 8, memoryGiB: 64, diskGiB: 100 } },
      },
      certificates,
      registry: { kind: "none" },
      monitoring: { enabled: false },
    },
    () => undefined,
  );
  const keys = ["cloudflareToken", "googleDnsKey", "rfc2136Key", "acmeBindingKey"];
  const demanded = secretsOf(config).filter(
    (secret) => secret.source === "given" && !secret.optional?.(config),
  );
  expect(demanded.map(({ key }) => key).filter((key) => keys.includes(key))).toEqual(expected);
});
