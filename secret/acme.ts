import type { DnsProvider } from "../model/schema/certificates";
import { bindsAccount, writesCloudDns, writesCloudflare, writesRfc2136 } from "./needs";
import type { GivenSecret } from "./types";

/** Config key of the credential of each provider of DNS. */
export const DNS_SECRETS: Readonly<Record<DnsProvider, string>> = {
  cloudflare: "cloudflareToken",
  googleCloudDns: "googleDnsKey",
  rfc2136: "rfc2136Key",
};

const EFFECT = "nothing restarts: cert-manager reads it at the next challenge";
const USED_BY = "cert-manager, to write the TXT records of challenges";

/** What proves names by DNS-01, and what binds an account at an ACME server. Anybody who has one can get certificates. */
export const acmeSecrets: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: DNS_SECRETS.cloudflare,
    purpose: "API token of Cloudflare with Zone:Read and DNS:Edit on the zones of certificates.dns01",
    usedBy: USED_BY,
    shape: "token",
    values: [],
    neededBy: writesCloudflare,
    rotation: {
      renew: "create a token with the same permissions at https://dash.cloudflare.com/profile/api-tokens",
      effect: EFFECT,
      revoke: "delete the old token there",
    },
  },
  {
    key: DNS_SECRETS.googleCloudDns,
    purpose: "service account key (JSON) with roles/dns.admin on the zones of certificates.dns01",
    usedBy: USED_BY,
    shape: "google-service-account",
    values: [],
    neededBy: writesCloudDns,
    rotation: {
      renew: "gcloud iam service-accounts keys create FILE --iam-account ACCOUNT",
      effect: EFFECT,
      revoke: "gcloud iam service-accounts keys delete KEY_ID --iam-account ACCOUNT",
    },
  },
  {
    key: DNS_SECRETS.rfc2136,
    purpose: "TSIG key (base64) that may update the zones of certificates.dns01",
    usedBy: USED_BY,
    shape: "tsig-key",
    values: [],
    neededBy: writesRfc2136,
    rotation: {
      renew:
        "tsig-keygen -a hmac-sha256 NAME, and put it beside the old one in the name server's configuration",
      effect: EFFECT,
      revoke: "remove the old key from the name server's configuration",
    },
  },
  {
    key: "acmeBindingKey",
    purpose: "key (base64url) of the account that certificates.acme.keyId names at its ACME server",
    usedBy: "cert-manager, when it opens the account",
    shape: "binding-key",
    values: [],
    neededBy: bindsAccount,
    rotation: {
      renew: "the ACME server's makers give key IDs and keys",
      effect: "nothing, until the account is opened again",
      revoke: "delete the old key there",
    },
  },
];
