import { X509Certificate } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { domain, googleProject, strict, url } from "./parts";

/** Let's Encrypt's two directories. https://letsencrypt.org/docs/acme-protocol-updates, /docs/staging-environment */
export const LETSENCRYPT = {
  "letsencrypt-prod": "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

/** Names of the ClusterIssuers that each cluster has. A stack with `certificates.acme` also has one of that name. */
export const ISSUERS = Object.keys(LETSENCRYPT) as (keyof typeof LETSENCRYPT)[];

/** Two years, which is what browsers' preload lists ask for at most. */
const LONGEST_HSTS = 63_072_000;

const PEM = /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?$/;
const acme = strict({
  server: url
    .refine((text) => text.startsWith("https://"), { error: "an https URL of an ACME directory" })
    .describe("URL of the directory of an ACME server"),
  keyId: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, { error: "text without white space" })
    .optional()
    .describe(
      "Key ID of an account that exists there (external account binding); needs the secret acmeBindingKey",
    ),
  caCertificate: z
    .string()
    .max(20_000)
    .regex(PEM, { error: "one certificate in PEM", abort: true })
    .refine(isCertificate, { error: "one certificate in PEM, whole" })
    .optional()
    .describe("Certificate of its own authority, PEM; default: the authorities that everybody trusts"),
});

const NAME_SERVER = /^(?:([\d.]{1,15})|\[([0-9a-f:.]{1,45})\])(?::(\d{1,5}))?$/;
const A_NAME_SERVER =
  "an IP address, with :port where it is not 53, such as 192.0.2.53:5353 or [2001:db8::53]";
const common = {
  zones: z
    .array(domain)
    .min(1)
    .describe("Domains whose names, and those below them, are proven by a TXT record"),
  delegated: z
    .boolean()
    .default(false)
    .describe("_acme-challenge of a name is a CNAME into another zone, where the provider writes the record"),
};
const dns01 = strict({
  cloudflare: strict(common).optional().describe("Needs the secret cloudflareToken"),
  googleCloudDns: strict({
    ...common,
    project: googleProject.describe("Google Cloud project that has the zones"),
  })
    .optional()
    .describe("Needs the secret googleDnsKey"),
  rfc2136: strict({
    ...common,
    nameserver: z
      .string()
      .regex(NAME_SERVER, { error: A_NAME_SERVER, abort: true })
      .refine(isNameServer, { error: A_NAME_SERVER })
      .describe("Address of the primary name server, which takes dynamic updates, with :port if not 53"),
    keyName: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, {
        error: "the name of a TSIG key such as acme or acme.example.org",
      })
      .describe("Name of the TSIG key"),
    algorithm: z
      .enum(["HMACSHA256", "HMACSHA512"])
      .default("HMACSHA256")
      .describe("Algorithm of the TSIG key"),
  })
    .optional()
    .describe("Needs the secret rfc2136Key"),
});

export const certificatesSchema = strict({
  email: z.email().default("binder-team@googlegroups.com").describe("Account at the certificate authority"),
  issuer: z
    .enum(["letsencrypt-prod", "letsencrypt-staging", "acme"])
    .default("letsencrypt-prod")
    .describe("What issues the certificates; acme: the server of certificates.acme"),
  tls: z
    .boolean()
    .default(true)
    .describe("false: plain HTTP, for a cluster that no certificate authority can reach"),
  acme: acme.optional().describe("Another ACME server"),
  dns01: dns01
    .prefault({})
    .describe("Zones whose names are proven by DNS-01 instead of HTTP-01, by provider"),
  wildcards: z
    .array(domain)
    .default([])
    .describe("Domains with one certificate for them and every name directly below; each in a zone of dns01"),
  hstsSeconds: z
    .int()
    .min(0)
    .max(LONGEST_HSTS)
    .default(2_592_000)
    .describe("How long browsers use HTTPS alone (Strict-Transport-Security), in seconds; 0: they forget it"),
});

export type CertificatesConfig = z.infer<typeof certificatesSchema>;
/** What writes TXT records for the names of zones. */
export type DnsProvider = keyof CertificatesConfig["dns01"];

/** Whether cert-manager can read a PEM, which it does when it opens the account. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== "";
  } catch {
    return false;
  }
}

/** An IP address, IPv6 in brackets, and a port. */
function isNameServer(text: string): boolean {
  const [, four = "", six = "", port = "53"] = NAME_SERVER.exec(text) ?? [];
  return (isIPv4(four) || isIPv6(six)) && Number(port) >= 1 && Number(port) <= 65_535;
}
