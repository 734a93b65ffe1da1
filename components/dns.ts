import type * as pulumi from "@pulumi/pulumi";
import { dnsRecords, makesAddress } from "../model/member/dnsRecords";
import type { StackConfig } from "../model/schema/stack";
import type { Cluster } from "./cluster/cluster";
import type * as module from "./dnsZone";
import type { RecordOutput } from "./dnsZone";

/** The records of a stack's public hosts, and those that the program makes. */
export interface StackDns {
  readonly records: readonly RecordOutput[];
  readonly zone: pulumi.Resource | undefined;
}

/** The records that the hosts of a stack need; made where `mybinder:dns.zone` says so, else an output alone. */
export function stackDns(config: StackConfig, { address }: Pick<Cluster, "address">): StackDns {
  const made = makesAddress(config) ? address : undefined;
  const records = dnsRecords(config).map(({ name, type, ttl, ...record }) => ({
    ...{ name, type, ttl, made: record.made },
    value: record.value ?? (record.own ? made : undefined) ?? record.address,
  }));
  const { zone } = config.dns;
  if (!zone) return { records, zone: undefined };
  // Loaded here alone, so that no other stack pays for @pulumi/gcp.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { dnsZone } = require("./dnsZone") as typeof module;
  return { records, zone: dnsZone("dns", { zone, records: records.filter((record) => record.made) }) };
}
