import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { activeBans, type Ban, parseBanList } from "../model/federation/bans/list";
import { bansSecret, dnsBansConfigMap, flowBansConfigMap } from "../model/federation/bans/objects";
import { parseYaml } from "../model/schema/plain/silentYaml";

/** The list of bans of a stack, and where it has an effect. */
export interface BansArgs {
  readonly namespace: pulumi.Input<string>;
  /** Text of the secret `bans`; `undefined`: nothing is banned. */
  readonly list: pulumi.Output<string> | undefined;
  /** Whether user pods run here, and with them cryptnono. */
  readonly flows: boolean;
  /** Whether CoreDNS has K3s' ConfigMap of additions. */
  readonly dns: boolean;
}

/**
 * The list as a Secret, from which the ban keeper and the federation's agent keep everything else; and those objects of it
 * that programs mount, so that they are there before their pods. `npx mybinder bans` applies the Secret alone.
 */
export class Bans extends pulumi.ComponentResource {
  constructor(
    name: string,
    { namespace, list, flows, dns }: BansArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mybinder:index:Bans", name, {}, opts);
    const bans = pulumi.secret(list ?? '{"bans": []}').apply(bansOf);
    const active = bans.apply((all) => activeBans(all, new Date()));
    const parent = { parent: this };
    const { metadata, type } = bansSecret(namespace, []);
    new kubernetes.core.v1.Secret(
      name,
      { metadata, type, data: bans.apply((all) => bansSecret("", all).data) },
      parent,
    );
    if (flows) {
      const data = active.apply((now) => flowBansConfigMap("", now).data);
      new kubernetes.core.v1.ConfigMap(
        `${name}-flows`,
        { metadata: flowBansConfigMap(namespace, []).metadata, data },
        parent,
      );
    }
    if (dns) {
      const data = active.apply((now) => dnsBansConfigMap(now).data);
      new kubernetes.core.v1.ConfigMap(
        `${name}-dns`,
        { metadata: dnsBansConfigMap([]).metadata, data },
        parent,
      );
    }
    this.registerOutputs({});
  }
}

/** The secret may be written by hand in YAML; its shape was checked where it was read. */
function bansOf(text: string): Ban[] {
  return parseBanList(JSON.stringify(parseYaml(text)));
}
