import type { Placed } from "./references/dangling";

interface SecurityContext {
  readonly privileged?: boolean;
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

interface Container {
  readonly securityContext?: SecurityContext;
}

interface Pod {
  readonly hostPID?: boolean;
  readonly serviceAccountName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly securityContext?: SecurityContext;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

/** Capabilities by which a process ends, or becomes, any other one. */
const ENDING = new Set(["ALL", "KILL", "SYS_ADMIN", "SYS_PTRACE"]);
/** What an account of one that is not privileged may do to pods of its namespace. */
const HARMLESS = new Set(["get", "list", "watch", "delete"]);

/**
 * Problems of pods that can end every process of their node, as cryptnono and the process scanner can: they share the host's
 * processes and are privileged, or may send any signal. Such a pod belongs where user pods run, which is where Docker builds, and
 * nowhere else; never into kube-system. A privileged one has no rights at the API server; the account of another may
 * read and delete pods of its namespace and nothing more.
 */
export function killerProblems(placed: readonly Placed[]): string[] {
  const pods = placed.map(podOf);
  const docker = pods.find(({ name }) => name.endsWith("-dind"));
  return pods.flatMap(({ kind, name, namespace, pod }) => {
    const contexts = [...(pod.initContainers ?? []), ...(pod.containers ?? [])].map(
      ({ securityContext }) => ({
        ...pod.securityContext,
        ...securityContext,
      }),
    );
    const privileged = contexts.some((context) => context.privileged === true);
    if (pod.hostPID !== true || !(privileged || contexts.some(sendsSignals))) return [];
    const wanted = JSON.stringify(docker?.pod.nodeSelector ?? {});
    const found = JSON.stringify(pod.nodeSelector ?? {});
    const isElsewhere = docker ? namespace !== docker.namespace : namespace === "kube-system";
    const problems = [
      ...(docker ? [] : ["no user pods run on this stack; allowed: only where they do"]),
      ...(docker && found !== wanted
        ? [`its nodeSelector is ${found}; allowed: that of user nodes, ${wanted}`]
        : []),
      ...(isElsewhere ? [`it is in ${namespace}; allowed: the stack's namespace`] : []),
      ...accountProblems(pod.serviceAccountName ?? "default", namespace, privileged, placed),
    ];
    return problems.map((problem) => `${kind} ${name} can end every process of its node: ${problem}`);
  });
}

/** Whether a container may send any signal: by a capability that it adds, or as root, which has KILL unless it is dropped. */
function sendsSignals({
  runAsUser = 0,
  runAsNonRoot,
  capabilities: { add = [], drop = [] } = {},
}: SecurityContext): boolean {
  const mayBeRoot = runAsNonRoot !== true && runAsUser === 0;
  return (
    add.some((one) => ENDING.has(one)) || (mayBeRoot && !drop.some((one) => one === "ALL" || one === "KILL"))
  );
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
  if (privileged && account !== "default") return [`it has the account ${account}; allowed: none of its own`];
  return placed
    .filter(({ object }) => object.kind.endsWith("RoleBinding"))
    .flatMap(({ object, namespace: where }) => {
      const { roleRef, subjects = [] } = object as unknown as Binding;
      const isBound = subjects.some((one) =>
        one.kind === "Group"
          ? groupsOf(namespace).has(one.name)
          : one.kind === "ServiceAccount" && one.name === account && (one.namespace ?? where) === namespace,
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
        !privileged &&
        where === namespace &&
        role !== undefined &&
        (role.object as unknown as Role).rules?.every(onlyPods);
      if (isHarmless === true) return [];
      const most = privileged ? "rights" : "more than to read and delete pods of its namespace";
      return [`${object.kind} ${object.metadata.name} gives its account ${account} ${most}`];
    });
}

/** The groups in which every account of a namespace is. */
function groupsOf(namespace: string): Set<string> {
  return new Set(["system:authenticated", "system:serviceaccounts", `system:serviceaccounts:${namespace}`]);
}

function onlyPods({ resources = [], verbs = [] }: NonNullable<Role["rules"]>[number]): boolean {
  return resources.every((one) => one === "pods") && verbs.every((one) => HARMLESS.has(one));
}

interface Specs {
  readonly spec?: Pod & {
    readonly template?: { readonly spec?: Pod };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: Pod } } };
  };
}

/** The pod that an object is, or makes; one without containers where it makes none. */
function podOf({ object, namespace }: Placed): { kind: string; name: string; namespace: string; pod: Pod } {
  const { kind, metadata } = object;
  const { spec } = object as unknown as Specs;
  const made = (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
  return { kind, name: metadata.name, namespace, pod: (kind === "Pod" ? spec : made) ?? {} };
}
