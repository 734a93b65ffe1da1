import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PreparedChart } from "../charts/metaChart";
import { certManagerRelease } from "../model/stack/releases";
import type { ISSUERS } from "../model/schema/certificates";
import { ADOPTED } from "./adopted";
import { release } from "./release";

/** What issues the certificates of every public host. */
export interface CertificatesArgs {
  readonly chart: PreparedChart;
  /** Account address at Let's Encrypt. */
  readonly email: string;
  /** Issuer of ingresses that ask for a certificate without naming one. */
  readonly defaultIssuer: string;
  /** Ingress class that answers HTTP-01 challenges. */
  readonly ingressClass: string;
}

const DIRECTORIES: Readonly<Record<(typeof ISSUERS)[number], string>> = {
  "letsencrypt-prod": "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
};

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
          ingressShim: { defaultIssuerName: args.defaultIssuer, defaultIssuerKind: "ClusterIssuer" },
          resources: RESOURCES,
          webhook: { resources: RESOURCES },
          cainjector: { resources: RESOURCES },
        },
        timeout: certManagerRelease.timeout,
      },
      { parent: this },
    );
    const issuers = Object.entries(DIRECTORIES).map(([issuer, server]) =>
      this.issuer(name, issuer, server, args, certManager),
    );
    this.issuers = pulumi.all(issuers.map((issuer) => issuer.metadata.name));
    this.registerOutputs({ issuers: this.issuers });
  }

  private issuer(
    name: string,
    issuer: string,
    server: string,
    { email, ingressClass }: CertificatesArgs,
    certManager: pulumi.Resource,
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
        spec: {
          acme: {
            server,
            email,
            privateKeySecretRef: { name: issuer },
            solvers: [{ http01: { ingress: { ingressClassName: ingressClass } } }],
          },
        },
      },
      { parent: this, dependsOn: [certManager] },
    );
  }
}
