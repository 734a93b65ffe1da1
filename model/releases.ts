/** A Helm release that every stack has. */
export interface StackRelease {
  readonly name: string;
  readonly namespace: string;
  /** Seconds until Helm gives up waiting and takes the change back. */
  readonly timeout: number;
}

/** What issues the certificates; the same on every stack. */
export const certManagerRelease: StackRelease = {
  name: "cert-manager",
  namespace: "cert-manager",
  timeout: 300,
};

/** The release of the meta chart: named like the stack, because hosts inside the cluster are built from it. */
export function metaChartRelease(stack: string): StackRelease {
  return { name: stack, namespace: stack, timeout: 900 };
}
