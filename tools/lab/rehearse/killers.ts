import type { Placed } from "./references/dangling";

interface Pod {
  readonly hostPID?: boolean;
  readonly serviceAccountName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers?: readonly {
    readonly securityContext?: {
      readonly privileged?: boolean;
      readonly capabilities?: { readonly add?: readonly string[] };
    };
  }[];
}

/** Capabilities by which a process ends, or becomes, any other one. */
const ENDING = new Set(["ALL", "KILL", "SYS_ADMIN", "SYS_PTRACE"]);
/** What an account of one that is not privileged may do to pods of its namespace. */
const HARMLESS = new Set(["get", "list", "watch", "delete"]);

/**
 * Problems of pods that can end every process of their node, as cryptnono and the process scanner can: they share the host's
 * processes and are privileged, or may send any signal. Such a pod belongs where user pods run, which is where Docker builds, and
 * nowhere else; never into kube-system. A privileged one has no account of its own at the API server; the account of another may
 * read and delete pods of its namespace and nothing more.
 */
export function killerProblems(placed: readonly Placed[]): string[] {
  const docker = placed.map(podOf).find(({ name }) => name.endsWith("-dind"));
  return placed.map(podOf).flatMap(({ kind, name, namespace, pod }) => {
    const contexts = (pod.containers ?? []).map(({ securityContext }) => securityContext);
    const privileged = contexts.some((context) => context?.privileged === true);
    const signals = contexts.some((context) => context?.capabilities?.add?.some((one) => ENDING.has(one)));
    if (pod.hostPID !== true || !(privileged || signals)) return [];
    const wanted = JSON.stringify(docker?.pod.nodeSelector ?? {});
    const found = JSON.stringify(pod.nodeSelector ?? {});
    const problems = [
      ...(docker ? [] : ["no user pods run on this stack; allowed: only where they do"]),
      ...(docker && found !== wanted
        ? [`its nodeSelector is ${found}; allowed: that of user nodes, ${wanted}`]
        : []),
      ...(namespace === "kube-system" ? ["it is in kube-system; allowed: the stack's namespace"] : []),
      ...accountProblems(pod.serviceAccountName ?? "default", namespace, privileged, placed),
    ];
    return problems.map((problem) => `${kind} ${name} can end every process of its node: ${problem}`);
  });
}

interface Binding {
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

interface Role {
  readonly rules?: readonly { readonly resources?: readonly string[]; readonly verbs?: readonly string[] }[];
}

function accountProblems(
  account: string,
  namespace: string,
  privileged: boolean,
  placed: readonly Placed[],
): string[] {
  if (account === "default") return [];
  if (privileged) return [`it has the account ${account}; allowed: none of its own`];
  return placed
    .filter(({ object }) => object.kind.endsWith("RoleBinding"))
    .flatMap(({ object, namespace: where }) => {
      const { roleRef, subjects = [] } = object as unknown as Binding;
      const isBound = subjects.some(
        (one) =>
          one.kind === "ServiceAccount" && one.name === account && (one.namespace ?? where) === namespace,
      );
      if (!isBound) return [];
      const role = placed.find(
        ({ object: one, namespace: of }) =>
          one.kind === "Role" &&
          roleRef?.kind === "Role" &&
          one.metadata.name === roleRef.name &&
          of === where,
      );
      const isHarmless =
        where === namespace && role !== undefined && (role.object as unknown as Role).rules?.every(onlyPods);
      if (isHarmless === true) return [];
      return [
        `${object.kind} ${object.metadata.name} gives its account ${account} more than to read and delete pods of its namespace`,
      ];
    });
}

function onlyPods({ resources = [], verbs = [] }: NonNullable<Role["rules"]>[number]): boolean {
  return resources.every((one) => one === "pods") && verbs.every((one) => HARMLESS.has(one));
}

function podOf({ object, namespace }: Placed): { kind: string; name: string; namespace: string; pod: Pod } {
  const { kind, metadata } = object;
  const { template } = ((object as { spec?: unknown }).spec ?? {}) as { template?: { spec?: Pod } };
  return { kind, name: metadata.name, namespace, pod: template?.spec ?? {} };
}
