import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../charts/metaChart";
import { certManagerRelease } from "../model/stack/releases";
import type { CertificatesConfig } from "../model/schema/certificates";
import type { Values } from "../model/schema/plain/mergeValues";
import { ADOPTED } from "./adopted";
import { credentials, issuerSpecs } from "./issuers";
import { release } from "./release";

/** What issues the certificates of every public host. */
export interface CertificatesArgs {
  readonly chart: PreparedChart;
  readonly config: CertificatesConfig;
  /** Given secrets by key, for what writes records and what binds an account. */
  readonly given: ReadonlyMap<string, pulumi.Output<string>>;
}

const RESOURCES = { requests: { cpu: "15m", memory: "48Mi" }, limits: { cpu: "100m", memory: "144Mi" } };

/**
 * cert-manager in its own namespace, with its CRDs, and the ClusterIssuers, which are made only when Helm has seen
 * the CRDs established and the webhook ready. The CRDs outlive the release: losing them deletes every certificate.
 */
export class Certificates extends pulumi.ComponentResource {
  /** Names of the ClusterIssuers. */
  readonly issuers: pulumi.Output<string[]>;

  constructor(name: string, args: CertificatesArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:Certificates", name, {}, opts);
    const namespace = new kubernetes.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: { name: certManagerRelease.namespace, labels: { "app.kubernetes.io/part-of": "mybinder" } },
      },
      { parent: this },
    );
    const certManager = release(
      `${name}-cert-manager`,
      {
        release: certManagerRelease.name,
        namespace: namespace.metadata.name,
        chart: args.chart,
        values: {
          crds: { enabled: true, keep: true },
          ingressShim: { defaultIssuerName: args.config.issuer, defaultIssuerKind: "ClusterIssuer" },
          resources: RESOURCES,
          webhook: { resources: RESOURCES },
          cainjector: { resources: RESOURCES },
        },
        timeout: certManagerRelease.timeout,
      },
      { parent: this },
    );
    const secrets = credentials(args).map(({ secret, key, value }) =>
      this.secret(name, namespace, secret, key, value),
    );
    const issuers = issuerSpecs(args).map(({ issuer, acme }) =>
      this.issuer(name, issuer, acme, [certManager, ...secrets]),
    );
    this.issuers = pulumi.all(issuers.map((issuer) => issuer.metadata.name));
    this.registerOutputs({ issuers: this.issuers });
  }

  private secret(
    name: string,
    namespace: kubernetes.core.v1.Namespace,
    secret: string,
    key: string,
    value: pulumi.Output<string>,
  ): kubernetes.core.v1.Secret {
    return new kubernetes.core.v1.Secret(
      `${name}-${secret}`,
      {
        metadata: {
          name: secret,
          namespace: namespace.metadata.name,
          labels: { "app.kubernetes.io/part-of": "mybinder" },
        },
        type: "Opaque",
        stringData: { [key]: value },
      },
      { parent: this },
    );
  }

  private issuer(
    name: string,
    issuer: string,
    acme: Values,
    dependsOn: pulumi.Resource[],
  ): kubernetes.apiextensions.CustomResource {
    return new kubernetes.apiextensions.CustomResource(
      `${name}-${issuer}`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: {
          name: issuer,
          labels: { "app.kubernetes.io/part-of": "mybinder" },
          annotations: ADOPTED,
        },
        spec: { acme },
      },
      { parent: this, dependsOn },
    );
  }
}
