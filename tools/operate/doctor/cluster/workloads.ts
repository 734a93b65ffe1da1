import { explain, type Explanation } from "../../../ground/cluster/explain";
import { type KubeObject, listObjects } from "../../../ground/cluster/kubectl";
import { isReady, ROLLOUT_KINDS } from "../../../ground/cluster/rollout";
import { shellQuote } from "../../../ground/terminal/shellQuote";
import type { Finding, Level } from "../diagnosis";
import type { Target } from "./target";

/** What in a namespace is not rolled out, with the reason: workloads, volumes, Jobs that failed, load balancers. */
export async function workloadFindings(
  target: Target,
  namespace: string,
  underWay: boolean,
): Promise<Finding[]> {
  const waiting = notRolledOut(await listObjects(target.access, ROLLOUT_KINDS, namespace));
  if (waiting.length === 0) return [];
  const explained = await explain(target.access, namespace, waiting);
  return explained.map((one) => workloadFinding(target, namespace, one, underWay));
}

/** What is not as it asks to be. A Job that still runs is; one of a CronJob that failed is, once a later one succeeded. */
export function notRolledOut(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((object) => {
    if (object.kind !== "Job") return !isReady(object);
    return hasFailed(object) && !objects.some((other) => isLaterSuccess(other, object));
  });
}

function hasFailed({ status = {} }: KubeObject): boolean {
  const conditions = (status["conditions"] ?? []) as readonly { type: string; status: string }[];
  return conditions.some(({ type, status: value }) => type === "Failed" && value === "True");
}

function isLaterSuccess(other: KubeObject, failed: KubeObject): boolean {
  const cron = ({ metadata }: KubeObject): string | undefined =>
    metadata.ownerReferences?.find(({ kind }) => kind === "CronJob")?.name;
  const start = ({ status = {} }: KubeObject): number => Date.parse(status["startTime"] as string);
  return (
    other.kind === "Job" &&
    cron(failed) !== undefined &&
    cron(other) === cron(failed) &&
    isReady(other) &&
    start(other) > start(failed)
  );
}

/** `underWay`: Helm is at work on the namespace's release, so that this may be on its way. */
export function workloadFinding(
  { stack, access, kubectlCommand }: Target,
  namespace: string,
  { object, progress, reasons }: Explanation,
  underWay: boolean,
): Finding {
  const { kind, metadata } = object;
  // pods say more than the conditions of what made them
  const [first, ...more] = [...reasons].sort((a, b) => rank(a) - rank(b));
  const why =
    first === undefined ? "" : `: ${first}${more.length > 0 ? ` (and ${String(more.length)} more)` : ""}`;
  const what = [kind.toLowerCase(), metadata.name] as const;
  const unplaced = reasons.some((reason) => reason.includes("Unschedulable"));
  const broken = reasons.some((reason) =>
    /CrashLoopBackOff|CreateContainerError|RunContainerError/.test(reason),
  );
  const logs = ["logs", what.join("/"), "--namespace", namespace, "--all-containers", "--previous"];
  return {
    level: levelOf(object, underWay),
    about: `${kind} ${namespace}/${metadata.name}`,
    found: `${progress}${why}`,
    fix: unplaced
      ? `npx mybinder nodes list --stack ${stack.name} --kubeconfig ${shellQuote(access.kubeconfig)}`
      : broken || kind === "Job"
        ? kubectlCommand(...logs.slice(0, kind === "Job" ? -1 : undefined))
        : kubectlCommand("describe", ...what, "--namespace", namespace),
  };
}

/** Placeholders wait for nodes by design: user pods displace them. */
function levelOf({ metadata }: KubeObject, underWay: boolean): Level {
  return underWay || metadata.labels?.["component"] === "user-placeholder" ? "warning" : "problem";
}

function rank(reason: string): number {
  return ["pod ", "event ", "condition "].findIndex((start) => reason.startsWith(start));
}
