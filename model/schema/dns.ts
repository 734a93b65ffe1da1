import { z } from "zod";
import { googleProject, hostname, name, strict } from "./parts";

/** Where a stack's hosts lead to, and who keeps their records. */
export const dnsSchema = strict({
  address: z
    .ipv4({ error: "an IPv4 address such as 203.0.113.7" })
    .optional()
    .describe("Address that the hosts lead to; default: the one that the program makes, or the machine's"),
  ipv6: z
    .ipv6({ error: "an IPv6 address such as 2001:db8::7" })
    .optional()
    .describe("IPv6 address that the hosts lead to as well"),
  ttl: z
    .int()
    .min(30)
    .max(86_400)
    .default(300)
    .describe("Seconds for which resolvers remember a record; 30 to 86400"),
  zone: strict({
    provider: z.enum(["google"]).describe("Who keeps the zone: google is Cloud DNS"),
    project: googleProject.describe("Google Cloud project of the zone"),
    name: name.describe("Name of the zone at Cloud DNS"),
    domain: hostname.describe("Domain of the zone, below which the hosts are"),
  })
    .optional()
    .describe("The zone in which the program makes the records; without it, they are an output only"),
});

export type DnsConfig = z.infer<typeof dnsSchema>;
