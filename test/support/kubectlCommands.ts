const VERBS = new Set([
  ...[
    "annotate",
    "attach",
    "cp",
    "create",
    "debug",
    "delete",
    "describe",
    "edit",
    "events",
    "exec",
    "expose",
    "get",
  ],
  ...["label", "logs", "patch", "port-forward", "replace", "rollout", "run", "scale", "set", "top", "wait"],
]);
const CLUSTER_WIDE =
  /^(nodes?|no|namespaces?|ns|crds?|customresourcedefinitions?|clusterissuers?|clusterroles?|clusterrolebindings?|pv|persistentvolumes?|storageclass(es)?|sc|priorityclass(es)?)(\/|$)/;
const NAMESPACE = /(^|\s)(-n|--namespace|-A|--all-namespaces)(=|\s|$)/;

/**
 * The kubectl commands of a page that ask for something of a namespace and do not say of which: kubectl would take the
 * kubeconfig's own, `default` for the clusters of mybinder.org. A mention without anything to ask for, such as
 * "`kubectl logs` has nothing to show", is no command.
 */
export function withoutNamespace(text: string): string[] {
  return [...text.matchAll(/\bkubectl ([^`|#\n]*)/g)].flatMap(([command, rest = ""]) => {
    const words = rest.trim().split(/\s+/);
    const verb = words.findIndex((word) => VERBS.has(word));
    const asked = verb === -1 ? [] : words.slice(verb + 1).filter((word) => !word.startsWith("-"));
    if (asked.length === 0 || CLUSTER_WIDE.test(asked[0] ?? "") || NAMESPACE.test(rest)) return [];
    return [command.trim()];
  });
}
