import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../charts/metaChart";
import { mergeValues, type Values } from "../model/schema/plain/mergeValues";
import { hasDnsBans } from "../model/federation/dnsBans";
import { type WildcardCertificate, wildcardCertificates } from "../model/member/certificates";
import type { Stack } from "../model/stack/config";
import { metaChartRelease } from "../model/stack/releases";
import { stackValues } from "../model/values";
import { EVENTS_SECRET } from "../model/values/member";
import { ADOPTED } from "./adopted";
import { Bans, type BansArgs } from "./bans";
import { release } from "./release";
import type { StackSecrets } from "./secrets";

/** What a stack runs, as one release of the meta chart. */
export interface MetaChartArgs {
  /** Release and namespace; the stack's name on every stack, because hosts inside the cluster are built from it. */
  readonly release: string;
  readonly chart: PreparedChart;
  /** Values without secrets. */
  readonly values: Values;
  /** Secret values, laid over the others one after the other. */
  readonly secretValues: readonly Values[];
  /** Certificates that Ingresses use and cert-manager does not derive from them. */
  readonly certificates: readonly WildcardCertificate[];
  /** Google service account key (JSON) that writes launch events; `undefined`: none is written. */
  readonly eventsServiceAccount: pulumi.Output<string> | undefined;
  /** The list of bans, and where it has an effect. */
  readonly bans: Omit<BansArgs, "namespace">;
  /** Refuse to delete the namespace and the release, whose volumes hold the state. */
  readonly protect: boolean;
}

/** The arguments that follow from a stack and its secrets. `secretValues` are laid over the secrets' own. */
export function metaChartArgs(
  stack: Stack,
  chart: PreparedChart,
  { values, given }: StackSecrets,
  ...secretValues: readonly Values[]
): MetaChartArgs {
  const { name, config, member } = stack;
  return {
    release: name,
    chart,
    values: stackValues(stack),
    secretValues: [values, ...secretValues],
    certificates: wildcardCertificates(config),
    eventsServiceAccount: given.get("eventsServiceAccount"),
    bans: { list: given.get("bans"), flows: member !== undefined, dns: hasDnsBans(stack) },
    protect: config.protect,
  };
}

/** The namespace of a stack and the release of the meta chart `mybinder` in it. */
export class MetaChart extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Helm's word on the release, `deployed` when all is well. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: MetaChartArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:MetaChart", name, {}, opts);
    const { protect } = args;
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: args.release, labels: { "app.kubernetes.io/part-of": "mybinder" } } },
      { parent: this, protect },
    );
    this.namespace = namespace.metadata.name;
    const secrets = args.eventsServiceAccount ? [this.eventsSecret(name, args.eventsServiceAccount)] : [];
    const bans = new Bans("bans", { namespace: this.namespace, ...args.bans }, { parent: this });
    const certificates = args.certificates.map((wildcard) => this.certificate(name, wildcard));
    const chart = release(
      name,
      {
        release: args.release,
        namespace: this.namespace,
        chart: args.chart,
        values: mergeValues(args.values, ...args.secretValues),
        timeout: metaChartRelease(args.release).timeout,
      },
      { parent: this, protect, dependsOn: [...secrets, ...certificates, bans] },
    );
    this.status = chart.status.status;
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }

  /** Made before the release: cert-manager would make one of the same name for an Ingress, with the Ingress's hosts alone. */
  private certificate(
    name: string,
    { name: certificate, dnsNames, issuer }: WildcardCertificate,
  ): kubernetes.apiextensions.CustomResource {
    return new kubernetes.apiextensions.CustomResource(
      `${name}-${certificate}`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: {
          name: certificate,
          namespace: this.namespace,
          labels: { "app.kubernetes.io/part-of": "mybinder" },
        },
        spec: {
          secretName: certificate,
          dnsNames: [...dnsNames],
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
        },
      },
      { parent: this },
    );
  }

  private eventsSecret(name: string, key: pulumi.Output<string>): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
      `${name}-events`,
      {
        metadata: {
          name: EVENTS_SECRET,
          namespace: this.namespace,
          labels: { "app.kubernetes.io/part-of": "mybinder", "app.kubernetes.io/component": "events" },
          annotations: ADOPTED,
        },
        type: "Opaque",
        stringData: { "service-account.json": key },
      },
      { parent: this },
    );
  }
}
