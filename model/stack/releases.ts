/** A Helm release that every stack has. */
export interface StackRelease {
  readonly name: string;
  readonly namespace: string;
  /** Seconds until Helm stops waiting and rolls the change back. */
  readonly timeout: number;
}

/** cert-manager, which issues the certificates; the same on every stack. */
export const certManagerRelease: StackRelease = {
  name: "cert-manager",
  namespace: "cert-manager",
  timeout: 300,
};

/** The release of the meta chart. It has the stack's name, from which host names inside the cluster are built. */
export function metaChartRelease(stack: string): StackRelease {
  return { name: stack, namespace: stack, timeout: 900 };
}
