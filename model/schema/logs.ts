import { z } from "zod";
import { bytes, cpus, natural, objectName, strict } from "./parts";

const amounts = strict({
  cpu: cpus.optional().describe("CPU, such as 100m"),
  memory: bytes.optional().describe("Memory, such as 512Mi"),
});

/** The store of the pods' logs, which outlive their pods. */
export const logsSchema = strict({
  enabled: z
    .boolean()
    .optional()
    .describe("Keep the logs of all pods; default: true on K3s. Google keeps those of GKE"),
  retentionDays: natural.default(14).describe("Days for which logs are kept, and no longer"),
  size: bytes
    .default("20Gi")
    .describe("Size of the logs' volume; above four fifths of it, the oldest days are dropped"),
  storageClass: objectName.optional().describe("StorageClass of the logs; default: the cluster's default"),
  resources: strict({ requests: amounts.optional(), limits: amounts.optional() })
    .optional()
    .describe("Requests and limits of the store"),
});

export type LogsConfig = z.infer<typeof logsSchema>;
