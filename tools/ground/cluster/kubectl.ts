import { parseAllDocuments } from "yaml";
import { type Outcome, run, runLines } from "../terminal/run";
import { shellQuote } from "../terminal/shellQuote";

/** Access to one cluster by kubectl. */
export interface KubectlAccess {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly context?: string | undefined;
}

/** Access to one cluster by kubectl and helm. */
export interface ClusterAccess extends KubectlAccess {
  readonly helm: string;
}

/** A Kubernetes object as the API server gives it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** Runs kubectl against the cluster; `signal` kills it. Rejects when it cannot be started. */
export function kubectl(
  access: KubectlAccess,
  args: readonly string[],
  input?: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  return run(access.kubectl, [...reaching(access), ...args], input, signal);
}

/** Runs kubectl against the cluster, and calls `onLine` with each line that it prints; `signal` ends it. */
export function kubectlLines(
  access: KubectlAccess,
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Omit<Outcome, "stdout">> {
  return runLines(access.kubectl, [...reaching(access), ...args], onLine, signal);
}

/** A command of kubectl for a person to read and paste; `kubeconfig`: `undefined` leaves it to that person. */
export function kubectlCommand(
  access: Pick<KubectlAccess, "context"> & { readonly kubeconfig: string | undefined },
  args: readonly string[] = [],
): string {
  return ["kubectl", ...reaching(access), ...args].map(shellQuote).join(" ");
}

function reaching({
  kubeconfig,
  context,
}: Pick<KubectlAccess, "context"> & { readonly kubeconfig: string | undefined }): string[] {
  return [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
}

/** Runs helm against the cluster. */
export function helm(access: ClusterAccess, args: readonly string[], input?: string): Promise<Outcome> {
  const context = access.context === undefined ? [] : ["--kube-context", access.context];
  return run(access.helm, ["--kubeconfig", access.kubeconfig, ...context, ...args], input);
}

/** Lists objects of the given kinds in a namespace. Throws when the API server does not answer. */
export async function listObjects(
  access: ClusterAccess,
  kinds: string,
  namespace: string,
): Promise<KubeObject[]> {
  const { code, stdout, stderr } = await kubectl(access, [
    "get",
    kinds,
    "--namespace",
    namespace,
    "--output",
    "json",
  ]);
  if (code !== 0) throw new Error(`kubectl get ${kinds}: ${stderr.trim()}`);
  return (JSON.parse(stdout) as { items: KubeObject[] }).items;
}

/** The objects in a text of YAML documents. */
export function parseObjects(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter(
      (object): object is KubeObject => object !== null && typeof object === "object" && "kind" in object,
    );
}
