import type * as pulumi from "@pulumi/pulumi";
import { providersOf } from "../model/member/certificates";
import { type CertificatesConfig, type DnsProvider, LETSENCRYPT } from "../model/schema/certificates";
import { INGRESS_CLASS } from "../model/member/routes";
import type { Values } from "../model/schema/plain/mergeValues";
import { DNS_SECRETS } from "../secret/acme";

/** A secret that an issuer reads, in the namespace of cert-manager. */
export interface Credential {
  readonly secret: string;
  readonly key: string;
  readonly value: pulumi.Output<string>;
}

/** Key of every such Secret. */
const KEY = "credential";
const BINDING_SECRET = "acme-binding";

/** The Secrets of the stack's issuers. One that is not set is missing, which the catalogue of secrets has refused before. */
export function credentials({
  config,
  given,
}: {
  readonly config: CertificatesConfig;
  readonly given: ReadonlyMap<string, pulumi.Output<string>>;
}): Credential[] {
  const wanted: [string, string][] = [
    ...providersOf(config).map((provider): [string, string] => [secretOf(provider), DNS_SECRETS[provider]]),
    ...(config.acme?.keyId === undefined
      ? []
      : [[BINDING_SECRET, "acmeBindingKey"] satisfies [string, string]]),
  ];
  return wanted.flatMap(([secret, key]) => {
    const value = given.get(key);
    return value === undefined ? [] : [{ secret, key: KEY, value }];
  });
}

/**
 * The ClusterIssuers of a stack: both of Let's Encrypt, and `acme` where the stack names a server. Each proves names in the
 * zones of `dns01` by DNS-01, and all others by HTTP-01: cert-manager takes the solver with the longest matching zone.
 * https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types
 */
export function issuerSpecs({
  config,
}: {
  readonly config: CertificatesConfig;
}): { issuer: string; acme: Values }[] {
  const { email, acme, dns01 } = config;
  const solvers = [
    ...providersOf(config).map((provider) => ({
      selector: { dnsZones: dns01[provider]?.zones },
      dns01: {
        ...(dns01[provider]?.delegated === true && { cnameStrategy: "Follow" }),
        ...writer(provider, config),
      },
    })),
    { http01: { ingress: { ingressClassName: INGRESS_CLASS } } },
  ];
  const common = (issuer: string): Values => ({ email, privateKeySecretRef: { name: issuer }, solvers });
  return [
    ...Object.entries(LETSENCRYPT).map(([issuer, server]) => ({
      issuer,
      acme: { server, ...common(issuer) },
    })),
    ...(acme === undefined
      ? []
      : [
          {
            issuer: "acme",
            acme: {
              server: acme.server,
              ...(acme.caCertificate !== undefined && {
                caBundle: Buffer.from(acme.caCertificate).toString("base64"),
              }),
              ...(acme.keyId !== undefined && {
                externalAccountBinding: {
                  keyID: acme.keyId,
                  keySecretRef: { name: BINDING_SECRET, key: KEY },
                },
              }),
              ...common("acme-account"),
            },
          },
        ]),
  ];
}

/** cert-manager's own clients of DNS servers: it has none for OVH, whose zones are delegated to one of these. */
function writer(provider: DnsProvider, { dns01 }: CertificatesConfig): Values {
  const reference = { name: secretOf(provider), key: KEY };
  switch (provider) {
    case "cloudflare":
      return { cloudflare: { apiTokenSecretRef: reference } };
    case "googleCloudDns":
      return { cloudDNS: { project: dns01[provider]?.project, serviceAccountSecretRef: reference } };
    case "rfc2136":
      return {
        rfc2136: {
          nameserver: dns01[provider]?.nameserver,
          tsigKeyName: dns01[provider]?.keyName,
          tsigAlgorithm: dns01[provider]?.algorithm,
          tsigSecretSecretRef: reference,
        },
      };
  }
}

function secretOf(provider: DnsProvider): string {
  return `dns01-${provider.toLowerCase()}`;
}
