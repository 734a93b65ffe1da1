import { z } from "zod";
import { strict } from "./parts";

/** Names of the ClusterIssuers that each cluster has. */
export const ISSUERS = ["letsencrypt-prod", "letsencrypt-staging"] as const;

/** Two years, which is what browsers' preload lists ask for at most. */
const LONGEST_HSTS = 63_072_000;

export const certificatesSchema = strict({
  email: z.email().default("binder-team@googlegroups.com").describe("Account at Let's Encrypt"),
  issuer: z.enum(ISSUERS).default("letsencrypt-prod").describe("Default issuer of ingresses"),
  tls: z
    .boolean()
    .default(true)
    .describe("false: plain HTTP, for a cluster that no certificate authority can reach"),
  hstsSeconds: z
    .int()
    .min(0)
    .max(LONGEST_HSTS)
    .default(2_592_000)
    .describe("How long browsers use HTTPS alone (Strict-Transport-Security), in seconds; 0: they forget it"),
});
