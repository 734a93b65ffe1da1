/** A chart and where it is published. */
export interface ChartPin {
  readonly name: string;
  readonly version: string;
  /** `https://…` of a chart repository, or `oci://…` of the folder in a registry. */
  readonly repository: string;
}

/** Charts that are installed beside the meta chart, whose own dependencies are pinned in its Chart.yaml. */
export const certManager: ChartPin = {
  name: "cert-manager",
  version: "v1.20.2",
  repository: "oci://quay.io/jetstack/charts",
};
