import { z } from "zod";
import { alertingSchema } from "./alerting";
import { certificatesSchema } from "./certificates";
import { archivePublisherSchema } from "./archivePublisher";
import { backupSchema } from "./backup";
import { boostsSchema } from "./boosts";
import { clusterSchema } from "./cluster";
import { dnsSchema } from "./dns";
import { googleSchema, logName } from "./google";
import { LIFECYCLES } from "./lifecycles";
import { costSchema } from "./cost";
import { logsSchema } from "./logs";
import { objectivesSchema } from "./objectives";
import { overrideSchema } from "./override";
import { registrySchema } from "./registry";
import {
  bytes,
  cpus,
  domain,
  folder,
  googleBucket,
  grafanaUid,
  host,
  hostAndPath,
  line,
  name,
  natural,
  objectName,
  origin,
  sessionMemory,
  strict,
  url,
} from "./parts";
import { secretsKeys } from "./secrets";
import { syntheticLaunchesSchema } from "./syntheticLaunches";
import { trafficSchema } from "./traffic";

/**
 * The schema of a stack file's `mybinder:` keys. Unknown keys are errors at every level. Every field has a description,
 * from which `docs/configuration.md` is generated.
 */

const hosts = strict({
  binder: host.optional(),
  binderAliases: z
    .array(host)
    .default([])
    .describe("Further hosts at which BinderHub answers, each with a certificate of its own"),
  hub: host.optional(),
  grafana: host.optional(),
  prometheus: host.optional(),
  static: host.optional(),
  registry: host.optional(),
});

const cpu = cpus.describe("CPU, such as 100m");
const memory = bytes.describe("Memory, such as 512Mi");
const resources = strict({
  requests: strict({ cpu: cpu.optional(), memory: memory.optional() }).optional(),
  limits: strict({ cpu: cpu.optional(), memory: memory.optional() }).optional(),
});

export const binderSchema = strict({
  quota: z
    .int()
    .min(0)
    .optional()
    .describe("Maximum number of concurrent launches; default: as many as memory and maxPods allow"),
  activeServerLimit: natural.optional().describe("JupyterHub's own limit of servers, below the quota"),
  concurrentBuilds: natural
    .optional()
    .describe("Concurrent builds of both BinderHub pods together; default: a quarter of the CPUs, 2 to 8"),
  buildCacheGB: natural
    .optional()
    .describe(
      "Size limit of the build cache on each node that builds, in GB (10^9 bytes); default: 300, or what its disk allows",
    ),
  dindPath: folder
    .optional()
    .describe("Folder of Docker's builds; default: on the data disk of a K3s machine, else /var/lib/dind"),
  badgeBaseUrl: url.default("https://mybinder.org").describe("Base of the badge snippets shown to users"),
  eventLogName: logName
    .optional()
    .describe("Google Cloud log of launch events; default: binderhub-events-text"),
  events: z.boolean().default(true).describe("Send launch events to Google Cloud Logging"),
  user: strict({
    memoryGuarantee: sessionMemory
      .default("450M")
      .describe("Guaranteed memory of a session; JupyterHub counts M and G in powers of 1024"),
    memoryLimit: sessionMemory.default("2G").describe("Memory limit of a session, above which it is killed"),
    cpuGuarantee: z.number().min(0).default(0.01).describe("Guaranteed CPUs of a session"),
    cpuLimit: z.number().positive().default(1).describe("CPUs that a session may use"),
  }).prefault({}),
  resources: resources.optional().describe("Requests and limits of a BinderHub pod"),
  dindResources: resources.optional().describe("Requests and limits of the Docker daemon that builds"),
});

export const monitoringSchema = strict({
  enabled: z.boolean().default(true).describe("Run Prometheus and Grafana"),
  prometheusSize: bytes.default("50Gi").describe("Size of the metrics' volume"),
  prometheusRetention: z
    .string()
    .regex(/^[0-9]+[dwy]$/, { error: "a time such as 90d" })
    .default("90d")
    .describe("How long Prometheus keeps metrics"),
  prometheusResources: resources.optional(),
  storageClass: objectName
    .optional()
    .describe("StorageClass of Prometheus and Grafana; default: the cluster's default"),
  dataSourceUid: grafanaUid
    .optional()
    .describe("Uid of Grafana's data source prometheus; default: the existing one, or a generated one"),
});

export const memberEntrySchema = strict({
  name: name.describe("Stack of the member, or any name when it is external"),
  weight: z
    .int()
    .min(0)
    .max(1000)
    .describe("Relative share of new repositories; 0: none, while another member takes them"),
  external: strict({
    url: origin.describe("URL of a member run by others"),
    launchQuota: natural
      .optional()
      .describe("Concurrent launches to count for it; default 60, or less if the member reports less"),
    sponsor: line.optional().describe("Who runs it, for the public list of members"),
  })
    .optional()
    .describe("A member run by others: routing, health and metrics only"),
  dataSource: strict({
    name: line.optional().describe("Name of the data source in Grafana; default: the member's name"),
    uid: grafanaUid.optional().describe("Uid by which dashboards refer to it; default: the member's name"),
  }).optional(),
});

export const federationSchema = strict({
  members: z
    .array(memberEntrySchema)
    .min(1)
    .describe("Members, in the order in which they serve the front page"),
  capacityFloor: natural.optional().describe("Launches that must remain if the largest member is lost"),
});

const redirect = strict({
  from: host.describe("Requested host"),
  to: hostAndPath.describe("Target: a host, or host/path"),
  type: z.enum(["host", "url"]).default("host").describe("host: keep path and query; url: only the query"),
});

const common = {
  domain: domain.describe("Domain of the stack, below which its hosts are derived"),
  aliasDomains: z.array(domain).default([]).describe("Further domains below which the derived hosts answer"),
  hosts: hosts.prefault({}).describe("Hosts that differ from the derived ones"),
  cluster: clusterSchema,
  certificates: certificatesSchema.prefault({}),
  dns: dnsSchema.prefault({}).describe("Addresses and DNS records of the public hosts"),
  monitoring: monitoringSchema.prefault({}),
  backup: backupSchema
    .optional()
    .describe("Backups of the volumes that cannot be made again; without it, there are none"),
  logs: logsSchema.prefault({}).describe("Logs of the pods, which outlive them"),
  alerting: alertingSchema.prefault({}),
  objectives: objectivesSchema.prefault({}),
  cost: costSchema.optional().describe("What the stack costs a month, where that is known and public"),
  protect: z.boolean().default(true).describe("Refuse to delete resources that hold state"),
  overrides: z.array(overrideSchema).default([]),
  ...secretsKeys,
};
const proxyKeys = {
  federation: federationSchema,
  redirects: z.array(redirect).default([]),
  archive: z
    .array(
      strict({
        bucket: googleBucket.describe("Public bucket at Google"),
        host: host.describe("Host that serves the bucket"),
      }),
    )
    .default([])
    .describe("Public buckets and their hosts"),
  google: googleSchema.optional().describe("Launch events and their archive at Google"),
  syntheticLaunches: syntheticLaunchesSchema
    .prefault({})
    .describe("Launches that the proxy makes at each member by itself"),
  archivePublisher: archivePublisherSchema
    .optional()
    .describe("Publishes the launch events of `google`; without it, nothing does"),
  traffic: trafficSchema.default({}).describe("Temporary changes of the members' traffic, by member"),
};
const memberKeys = {
  binder: binderSchema.prefault({}),
  registry: registrySchema,
  boosts: boostsSchema.default([]).describe("Quotas of repositories for a while, such as for an event"),
};
const lifecycle = z
  .enum(LIFECYCLES)
  .default("active")
  .describe("draining: no launches, sessions continue; paused: also not deployed; gone: to be removed");
const sponsor = line.optional().describe("Who gives the machine, for the public list of members");

export const stackSchema = z.discriminatedUnion(
  "role",
  [
    strict({ role: z.literal("proxy"), ...common, ...proxyKeys }),
    strict({ role: z.literal("member"), ...common, lifecycle, sponsor, ...memberKeys }),
    strict({ role: z.literal("both"), ...common, ...proxyKeys, ...memberKeys }),
  ],
  { error: "proxy, member, both" },
);

/** A stack's checked configuration, with defaults filled in. */
export type StackConfig = z.infer<typeof stackSchema>;
/** A stack that serves launches. */
export type MemberConfig = Extract<StackConfig, { role: "member" | "both" }>;
/** A stack that answers for the federation. */
export type ProxyConfig = Extract<StackConfig, { role: "proxy" | "both" }>;
export type ClusterConfig = z.infer<typeof clusterSchema>;
/** One machine that runs K3s. */
export type K3sConfig = Extract<ClusterConfig, { kind: "k3s" }>;
/** A cluster on Google Kubernetes Engine. */
export type GkeConfig = Extract<ClusterConfig, { kind: "gke" }>;
/** A cluster that somebody else created. */
export type ExistingConfig = Extract<ClusterConfig, { kind: "existing" }>;
export type MemberEntry = z.infer<typeof memberEntrySchema>;
