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

/** An image that the program names itself; those of charts are in their values. */
export interface ImagePin {
  readonly image: string;
  readonly version: string;
}

/** Upgrades K3s within a window. Source: https://github.com/rancher/system-upgrade-controller/releases */
export const upgradeController: ImagePin = {
  image: "rancher/system-upgrade-controller",
  version: "v0.20.1",
};

/** What the upgrade controller cordons and drains with; the version that it ships with. */
export const upgradeKubectl: ImagePin = {
  image: "rancher/kubectl",
  version: "v1.30.3",
};
