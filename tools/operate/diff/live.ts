import { isMap } from "../../../model/schema/plain/mergeValues";
import { parseQuantity } from "../../../model/schema/plain/quantity";
import type { Difference } from "../../../model/values/diffValues";
import { kubectl, type KubectlAccess, type KubeObject } from "../../ground/cluster/kubectl";
import type { PlacedObject } from "../../ground/cluster/manifest";
import { Failure } from "../../ground/terminal/failure";
import { changedObject, type ComparedObject, type Objects, withoutDigest } from "./objects";
import { shownDifference } from "./difference";
import type { ObjectChange, StackDiff, ValueDifference } from "./report";
import { restartsOf } from "./restarts";
import { hasSecret, hideIn, isSecret, textPattern } from "./secrets";

/** A kind as kubectl is asked for it, and the namespaces in which the program has some. */
interface Asked {
  readonly resource: string;
  readonly namespaces: ReadonlySet<string>;
}

/** Helm's own records of releases are Secrets too, of up to 1 MiB each. */
const NO_RECORDS = ["--field-selector", "type!=helm.sh/release.v1"];

/**
 * The cluster's objects of every kind and namespace that the program has objects of. Only reads. Throws Failure when the API
 * server does not answer.
 */
export async function liveObjects(
  access: KubectlAccess,
  program: readonly PlacedObject[],
): Promise<PlacedObject[]> {
  const asked = new Map<string, Asked>();
  for (const { object, namespace } of program) {
    const [group, version] = object.apiVersion.includes("/")
      ? object.apiVersion.split("/")
      : ["", object.apiVersion];
    const resource = [object.kind, version, group].join(".").replace(/\.$/, group === "" ? "." : "");
    const before = asked.get(resource)?.namespaces ?? [];
    asked.set(resource, { resource, namespaces: new Set([...before, namespace]) });
  }
  const lists = await Promise.all([...asked.values()].map((one) => liveOfKind(access, one)));
  return lists.flat();
}

async function liveOfKind(access: KubectlAccess, { resource, namespaces }: Asked): Promise<PlacedObject[]> {
  const records = resource.startsWith("Secret.") ? NO_RECORDS : [];
  const args = ["get", resource, "--all-namespaces", "--output=json", ...records];
  const { code, stdout, stderr } = await kubectl(access, args);
  if (code !== 0) {
    if (/the server doesn't have a resource type|no matches for kind/.test(stderr)) return [];
    throw new Failure(`kubectl get ${resource}: ${stderr.trim()}`);
  }
  const { items } = JSON.parse(stdout) as { items: KubeObject[] };
  return items
    .filter(({ metadata }) => metadata.namespace === undefined || namespaces.has(metadata.namespace))
    .map((object) => ({ object, namespace: object.metadata.namespace ?? "" }));
}

/** Whether Helm made an object for one of these releases (`namespace/name`), which owns it. */
function isOf(releases: ReadonlySet<string>, { metadata }: KubeObject): boolean {
  const { annotations = {} } = metadata;
  const [name, namespace] = ["name", "namespace"].map((key) => annotations[`meta.helm.sh/release-${key}`]);
  return name !== undefined && namespace !== undefined && releases.has(`${namespace}/${name}`);
}

/** Of live objects, those that the program does not have, but a release of its made. */
export function leftOver(
  live: readonly PlacedObject[],
  program: Objects,
  releases: ReadonlySet<string>,
): ObjectChange[] {
  const known = new Set([...program.values()].flatMap((one) => placesOf(one)));
  return live
    .filter(({ object }) => isOf(releases, object))
    .filter(({ object: { kind, metadata }, namespace }) => {
      const place = `${kind}/${namespace}/${metadata.name}`;
      return !known.has(place) && !known.has(withoutDigest(place));
    })
    .map(({ object, namespace }) => ({
      change: "added",
      kind: object.kind,
      namespace,
      name: object.metadata.name,
      differences: [],
    }));
}

/**
 * What differs between the program's objects and those of the cluster. Of an object, only what the program says is
 * compared, and which names are in lists: the API server adds defaults, and controllers add what is theirs. Of values that
 * only the cluster has, and of those that come from a secret, none is shown; `texts`: the values of the cluster's Secrets.
 */
export function compareLive(
  stack: string,
  program: Objects,
  live: Objects,
  texts: readonly string[],
): StackDiff {
  const byPlace = new Map(
    [...live.values()].flatMap((one) => {
      const place = `${one.kind}/${one.namespace}/${one.name}`;
      return [place, withoutDigest(place)].map((key) => [key, one] as const);
    }),
  );
  const objects = [...program.values()].flatMap((object): ObjectChange[] => {
    const { kind, namespace, name, tree } = object;
    const named = { kind, namespace: namespace === stack ? "" : namespace, name };
    const found = placesOf(object).flatMap((place) => byPlace.get(place) ?? [])[0];
    if (!found) return [{ change: "removed", ...named, differences: [] }];
    const differences = differing(tree, found.tree, []).map((one) => shownLive(kind, one, texts));
    return differences.length === 0 ? [] : [changedObject(named, differences)];
  });
  return { stack, objects, restarts: restartsOf(stack, objects) };
}

/** Where an object of the program is in the cluster: without a namespace when its kind has none. */
function placesOf({ kind, namespace, name, secretName }: ComparedObject): string[] {
  const known = secretName ? withoutDigest(name) : name;
  return [`${kind}/${namespace}/${known}`, `${kind}//${known}`];
}

/** Maps whose every key the program knows: one more in the cluster was added by hand. */
const OWNED = new Set(["containers", "initContainers", "env", "volumes", "volumeMounts", "ports"]);
/** Where API servers write an amount in another way. */
const AMOUNTS = /(^|\.)(limits|requests|sizeLimit|storage|capacity|min|max|hard|divisor)(\.|$)/;

/** A value of the program that the cluster has not, or one that only the cluster has. */
type LiveDifference = Difference | { readonly path: string; readonly unknown: true };

function shownLive(kind: string, one: LiveDifference, texts: readonly string[]): ValueDifference {
  if ("unknown" in one) return { path: one.path, hidden: "live" };
  const { path, left, right } = one;
  // what is in a Secret in the cluster is not shown, nor is a text of which a part comes from a secret
  if ((kind === "Secret" && path.startsWith("data.")) || hasSecret(left)) return { path, hidden: "live" };
  return shownDifference({ path, left, right: hideIn(right, texts) });
}

function differing(program: unknown, live: unknown, keys: readonly string[]): LiveDifference[] {
  const path = keys.map((key) => key.replaceAll(".", "\\.")).join(".");
  if (isSecret(program)) return [];
  if (isMap(program) && isMap(live)) {
    const inside = Object.entries(program).flatMap(([key, value]) =>
      // a key that comes from a secret
      key.includes("\uE000") ? [] : differing(value, live[key], [...keys, key]),
    );
    const owned = keys.join() === "data" || OWNED.has(keys.at(-1) ?? "");
    const own = owned && !hasSecret(Object.keys(program));
    const more = own ? Object.keys(live).filter((key) => !(key in program)) : [];
    return [
      ...inside,
      ...more.map((key): LiveDifference => ({
        path: `${path}.${key.replaceAll(".", "\\.")}`,
        unknown: true,
      })),
    ];
  }
  if (Array.isArray(program) && Array.isArray(live) && program.length === live.length) {
    return program.flatMap((element, index) => differing(element, live[index], [...keys, String(index)]));
  }
  // how many there are follows from a secret: bans
  if (Array.isArray(program) && hasSecret(program)) return [];
  if (sameValue(program, live, path)) return [];
  if (isMap(program) && live === undefined) {
    return Object.entries(program).flatMap(([key, value]) => differing(value, undefined, [...keys, key]));
  }
  return [{ path, left: program, right: live }];
}

function sameValue(program: unknown, live: unknown, path: string): boolean {
  if (program === undefined || isEmpty(program)) return live === undefined || program === "" || isEmpty(live);
  if (live === undefined) return false;
  const [ours, theirs] = [plainText(program), plainText(live)];
  if (ours === undefined || theirs === undefined) return JSON.stringify(program) === JSON.stringify(live);
  if (hasSecret(ours)) return textPattern(ours).test(theirs);
  if (ours === theirs) return true;
  return AMOUNTS.test(path) && amount(ours) !== undefined && amount(ours) === amount(theirs);
}

/** What API servers leave out. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isEmpty);
  if (isMap(value)) return Object.values(value).every(isEmpty);
  return value === "" || value === false || value === 0;
}

/** A text, number or boolean as text: an API server may give one as the other. */
function plainText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function amount(text: string): number | undefined {
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}
