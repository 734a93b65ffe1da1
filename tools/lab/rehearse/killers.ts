import type { Placed } from "./references/dangling";

interface Pod {
  readonly hostPID?: boolean;
  readonly serviceAccountName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers?: readonly { readonly securityContext?: { readonly privileged?: boolean } }[];
}

/**
 * Problems of pods that can end every process of their node, as cryptnono can: they share the host's processes and are
 * privileged. Such a pod belongs where user pods run, which is where Docker builds, and nowhere else; never into kube-system; and has no
 * account of its own at the API server.
 */
export function killerProblems(placed: readonly Placed[]): string[] {
  const docker = placed.map(podOf).find(({ name }) => name.endsWith("-dind"));
  return placed.map(podOf).flatMap(({ kind, name, namespace, pod }) => {
    const privileged = pod.containers?.some(({ securityContext }) => securityContext?.privileged === true);
    if (pod.hostPID !== true || privileged !== true) return [];
    const wanted = JSON.stringify(docker?.pod.nodeSelector ?? {});
    const found = JSON.stringify(pod.nodeSelector ?? {});
    const account = pod.serviceAccountName ?? "default";
    const problems = [
      ...(docker ? [] : ["no user pods run on this stack; allowed: only where they do"]),
      ...(docker && found !== wanted
        ? [`its nodeSelector is ${found}; allowed: that of user nodes, ${wanted}`]
        : []),
      ...(namespace === "kube-system" ? ["it is in kube-system; allowed: the stack's namespace"] : []),
      ...(account === "default" ? [] : [`it has the account ${account}; allowed: none of its own`]),
    ];
    return problems.map((problem) => `${kind} ${name} can end every process of its node: ${problem}`);
  });
}

function podOf({ object, namespace }: Placed): { kind: string; name: string; namespace: string; pod: Pod } {
  const { kind, metadata } = object;
  const { template } = ((object as { spec?: unknown }).spec ?? {}) as { template?: { spec?: Pod } };
  return { kind, name: metadata.name, namespace, pod: template?.spec ?? {} };
}
