import { dirname, join } from "node:path";
import { environment } from "../../../environment";
import { type ClusterChoice, kubectlAccessOf } from "../../ground/cluster/clusterChoice";
import type { ChartChoice } from "../../ground/cluster/charts";
import { kubectl, type KubectlAccess } from "../../ground/cluster/kubectl";
import type { Lab } from "../../ground/cluster/lab";
import { objectsOf, PULUMI } from "../../ground/cluster/manifest";
import { Failure } from "../../ground/terminal/failure";
import { toStderr } from "../../ground/terminal/report";
import { loadStackFile } from "../../ground/stackFile/stacks";
import { deployedWith } from "../../lab/start/deployedWith";
import type { HelmTarget } from "../../lab/render/documents";
import { withPrograms } from "../../lab/render/pair";
import { compareLive, leftOver, liveObjects } from "../../operate/diff/live";
import { asObjects, marked, textsOf } from "../../operate/diff/objects";
import { secretsOfStacks } from "../../operate/secrets/state";
import type { DiffReport } from "../../operate/diff/report";

/** What differs between a stack's program, as it is in this checkout, and its cluster. Only reads. */
export async function diffLive(choice: ClusterChoice, charts: ChartChoice, lab: Lab): Promise<DiffReport> {
  const { stack } = choice;
  const access = await kubectlAccessOf(loadStackFile(stack).stack, choice, toStderr, lab);
  // A rehearsal sets every secret.
  const without = (await isRehearsed(choice, access, lab)) ? [] : notSet(stack);
  const helm = await lab.helm(toStderr);
  const target = await versionsOf(access);
  const options = { charts, cache: environment().chartCache, helm, target, report: toStderr };
  const refs = { left: undefined, right: undefined };
  return withPrograms(refs, options, async ({ left, right, charts: from }) => {
    const [first, second] = await Promise.all([
      left.documents(stack, "first", without),
      right.documents(stack, "second", without),
    ]);
    const ours = first.filter(({ text }) => !text.startsWith(`{"apiVersion":"${PULUMI}"`));
    const placed = ours.flatMap(objectsOf).filter(({ object }) => !isHook(object.metadata.annotations));
    const live = await liveObjects(access, placed);
    const program = new Map(
      [...marked(ours, second)].filter(
        ([, { tree }]) => !isHook((tree["metadata"] as { annotations?: Annotations }).annotations),
      ),
    );
    const diff = compareLive(stack, program, asObjects(live), textsOf(live));
    const releases = new Set([`${stack}/${stack}`]);
    const objects = [...diff.objects, ...leftOver(live, program, releases)];
    return {
      left: "the program",
      right: `the cluster of ${stack}`,
      charts: from,
      stacks: [{ ...diff, objects }],
    };
  });
}

/** Whether the cluster is the stack's control plane on this machine, whichever kubeconfig names it, and Pulumi did not deploy it. */
async function isRehearsed(
  { local, stack }: ClusterChoice,
  access: KubectlAccess,
  lab: Lab,
): Promise<boolean> {
  const { state, kubeconfig } = await lab.controlPlane(stack);
  if (state !== "running" || deployedWith(join(dirname(kubeconfig), "engine")) === "pulumi") return false;
  if (local) return true;
  const [ours, named] = await Promise.all([
    serverOf({ ...access, kubeconfig, context: undefined }),
    serverOf(access),
  ]);
  return ours === named;
}

/** Address of the API server of a kubeconfig. */
async function serverOf(access: KubectlAccess): Promise<string> {
  const args = ["config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}"];
  const { code, stdout, stderr } = await kubectl(access, args);
  if (code !== 0) throw new Failure(`kubectl config view: ${stderr.trim()}`);
  return stdout;
}

/** Optional secrets that the stack file does not have: what they switch on is not deployed. */
function notSet(stack: string): string[] {
  return secretsOfStacks([stack], new Date()).flatMap(({ key, state }) => (state === "not set" ? [key] : []));
}

type Annotations = Readonly<Record<string, string>>;

/** Helm removes most hooks once they are done. */
function isHook(annotations: Annotations | undefined): boolean {
  return annotations?.["helm.sh/hook"] !== undefined;
}

async function versionsOf(access: KubectlAccess): Promise<HelmTarget> {
  const ask = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(access, args);
    if (code !== 0) throw new Failure(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
    return stdout.trim();
  };
  const [version, apis, kinds] = await Promise.all([
    ask("version", "--output=json"),
    ask("api-versions"),
    ask("api-resources", "--no-headers"),
  ]);
  const { serverVersion } = JSON.parse(version) as { serverVersion: { gitVersion: string } };
  // the columns: name, short names (or none), API version, whether in a namespace, kind
  const ofKinds = kinds.split("\n").map((line) => {
    const [kind = "", , apiVersion = ""] = line.trim().split(/\s+/).reverse();
    return `${apiVersion}/${kind}`;
  });
  return { kubeVersion: serverVersion.gitVersion, apiVersions: [...apis.split("\n"), ...ofKinds] };
}
