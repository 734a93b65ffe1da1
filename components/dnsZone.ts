import { RecordSet } from "@pulumi/gcp/dns";
import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import type { DnsConfig } from "../model/schema/dns";
import type { DnsRecord } from "../model/member/dnsRecords";

/** A record as an output of the stack: `value` is the address, or says which one it is. */
export interface RecordOutput extends Pick<DnsRecord, "name" | "type" | "ttl" | "made"> {
  readonly value: pulumi.Input<string>;
}

/** A zone that exists, and the records to keep in it. */
export interface DnsZoneArgs {
  readonly zone: NonNullable<DnsConfig["zone"]>;
  readonly records: readonly RecordOutput[];
}

/** A provider of their own, and the records with it: default providers are off in every stack. */
export function dnsZone(name: string, args: DnsZoneArgs): DnsZone {
  const provider = new Provider(`${name}-google`, { project: args.zone.project });
  return new DnsZone(name, args, { providers: { gcp: provider } });
}

/** The records of a stack's hosts in a zone of Cloud DNS. The zone itself is made by bootstrap/, and shared by stacks. */
export class DnsZone extends pulumi.ComponentResource {
  constructor(name: string, { zone, records }: DnsZoneArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:DnsZone", name, {}, opts);
    for (const record of records) {
      new RecordSet(
        `${name}-${record.name}-${record.type}`,
        {
          project: zone.project,
          managedZone: zone.name,
          name: `${record.name}.`,
          type: record.type,
          ttl: record.ttl,
          rrdatas: [record.value],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
