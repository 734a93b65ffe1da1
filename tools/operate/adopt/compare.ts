import { join } from "node:path";
import { ownValues, prepareMetaChart } from "../../../charts/metaChart";
import { type ChartSource, ChartUnavailable } from "../../../charts/source";
import type { Stack } from "../../../model/stack/config";
import { mergeValues } from "../../../model/schema/plain/mergeValues";
import { readStackFile } from "../../../model/stack/stackFiles";
import { stackValues } from "../../../model/values";
import { ADOPTED_SECRETS, givenPlaces } from "../../../secret/adopted";
import { secretsOf } from "../../../secret/catalogue";
import { pathsOf } from "../../../secret/overrides";
import { Failure } from "../../ground/terminal/failure";
import { type ClusterAccess, helm, type KubeObject, parseObjects } from "../../ground/cluster/kubectl";
import { renderableValues } from "../../ground/cluster/renderableValues";
import { ROOT } from "../../ground/root";
import { ciphertextIn } from "../secrets/state";
import { changedByHand } from "./byHand";
import { releaseValues } from "./live";
import { allLosses, type Comparison, compareObjects, compareValues, type Loss } from "./losses";
import type { AdoptPlan } from "./plan";
import { type LiveSecret, refusedSecrets } from "./secrets";

/** What a live release is compared with. */
export interface Compared {
  readonly stack: Stack;
  readonly access: ClusterAccess;
  readonly plan: AdoptPlan;
  /** What can be taken over of its secrets. */
  readonly secrets: readonly LiveSecret[];
  readonly charts: ChartSource;
}

/**
 * What the first `pulumi up` of a stack would delete or leave out of its live release: values that the program does not
 * give, objects that it does not have, secrets that cannot be taken over, and what was changed in the cluster beside the
 * release. Changes nothing. Throws Failure when the cluster does not answer, or a chart cannot be had.
 */
export async function compareRelease({
  stack,
  access,
  plan,
  secrets,
  charts,
}: Compared): Promise<Comparison> {
  const { name } = stack;
  const values = await releaseValues(access, name);
  const isSet = setSecrets(name, secrets);
  const objects = parseObjects(await helmDone(access, ["get", "manifest", name, "--namespace", name]));
  const rendered = await renderedObjects(stack, access, charts, isSet);
  const refused: Loss[] = refusedSecrets(name, secrets).map(({ key, why }) => ({ name: key, what: why }));
  return allLosses(
    compareObjects(name, { objects, values }, rendered, (object) => isKept(object, plan)),
    compareValues(values, mergeValues(ownValues(ROOT), stackValues(stack)), takenPaths(stack, isSet)),
    { losses: [...refused, ...(await changedByHand(access))], replaced: [] },
  );
}

/** Whether a given secret is in the stack file, or is found and will be. */
function setSecrets(stack: string, secrets: readonly LiveSecret[]): (key: string) => boolean {
  const file = readStackFile(ROOT, stack) ?? {};
  return (key) => ciphertextIn(file[key]) !== undefined || secrets.some(({ into }) => into === key);
}

/**
 * The paths of values that the secrets of a stack fill, and those at which a live release has them. Generated ones are drawn
 * where none is taken over.
 */
function takenPaths({ config }: Stack, isSet: (key: string) => boolean): string[] {
  return secretsOf(config).flatMap((secret) => {
    if (secret.source === "generated") return pathsOf(secret);
    if (!isSet(secret.key)) return [];
    const place = givenPlaces[secret.key];
    if (!place || "secret" in place) return pathsOf(secret);
    return [...pathsOf(secret), ...("parts" in place ? Object.values(place.parts) : [place.values].flat())];
  });
}

/** Whether an object outlives the next upgrade of its release: it says so, or the take-over makes it say so. */
function isKept({ kind, metadata: { name, annotations } }: KubeObject, { kubectl }: AdoptPlan): boolean {
  return (
    annotations?.["helm.sh/resource-policy"] === "keep" ||
    kubectl.some(([verb, , its, of]) => verb === "annotate" && its === kind.toLowerCase() && of === name)
  );
}

/** The objects of the release as the program would install it, hooks left out as in Helm's record; secrets are of no worth. */
async function renderedObjects(
  stack: Stack,
  access: ClusterAccess,
  charts: ChartSource,
  isSet: (key: string) => boolean,
): Promise<KubeObject[]> {
  const { name } = stack;
  try {
    const folder = join(ROOT, "program", prepareMetaChart(ROOT, charts).path);
    const args = ["template", name, folder, "--namespace", name, "--no-hooks", "--values", "-"];
    const values = renderableValues(stack, (key) => key !== ADOPTED_SECRETS && isSet(key));
    return parseObjects(await helmDone(access, args, JSON.stringify(values)));
  } catch (error) {
    if (error instanceof ChartUnavailable) throw new Failure(error.message);
    throw error;
  }
}

/** What helm printed. Throws Failure with its words; what it is given, and what it prints, has secrets. */
async function helmDone(access: ClusterAccess, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await helm(access, args, input);
  if (code === 0) return stdout;
  throw new Failure(`helm ${args.slice(0, 2).join(" ")}: ${stderr.trim()}`);
}
