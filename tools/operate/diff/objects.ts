import type { Values } from "../../../model/schema/plain/mergeValues";
import { type ManifestDocument, objectsOf, type PlacedObject } from "../../ground/cluster/manifest";
import { differencesOf } from "./difference";
import type { ObjectChange, StackDiff, ValueDifference } from "./report";
import { restartsOf } from "./restarts";
import { hideTexts, markSecrets, secretTexts } from "./secrets";
import { objectTree } from "./tree";

/** One object, ready to be compared. */
export interface ComparedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly tree: Values;
  /** Its name has a digest of secrets at its end. */
  readonly secretName?: true;
}

/** Objects by what they are known by. */
export type Objects = ReadonlyMap<string, ComparedObject>;

/** A stack rendered twice, with other secrets: `second` is asked for only when something differs. */
export interface Rendered {
  readonly first: readonly ManifestDocument[];
  readonly second: () => Promise<readonly ManifestDocument[]>;
}

/** What differs between two renderings of a stack. Documents of the same text are not even read. */
export async function compareRendered(stack: string, left: Rendered, right: Rendered): Promise<StackDiff> {
  const [olds, news] = [documentKeys(left.first), documentKeys(right.first)];
  const changed = {
    left: left.first.filter((one) => !news.has(documentKey(one))),
    right: right.first.filter((one) => !olds.has(documentKey(one))),
  };
  if (changed.left.length + changed.right.length === 0) return { stack, objects: [], restarts: [] };
  const [oldSecond, newSecond] = await Promise.all([left.second(), right.second()]);
  return compareObjects(stack, marked(changed.left, oldSecond), marked(changed.right, newSecond));
}

function documentKey({ text, namespace }: ManifestDocument): string {
  return `${namespace}\n${text}`;
}

function documentKeys(documents: readonly ManifestDocument[]): Set<string> {
  return new Set(documents.map(documentKey));
}

/** The objects of some documents of a rendering, with a mark in place of all that comes from a secret. */
export function marked(documents: readonly ManifestDocument[], second: readonly ManifestDocument[]): Objects {
  const same = documentKeys(documents);
  const others = asObjects(second.filter((one) => !same.has(documentKey(one))).flatMap(objectsOf));
  const alike = new Map([...others].map(([key, object]) => [withoutDigest(key), object]));
  const keys = documentKeys(second);
  const entries = documents.flatMap((document) => {
    // what is the same with other secrets has none
    const clean = keys.has(documentKey(document));
    return [...asObjects(objectsOf(document))].map(([key, object]): [string, ComparedObject] => {
      if (clean) return [key, object];
      const other = others.get(key);
      const { tree } = other ?? alike.get(withoutDigest(key)) ?? { tree: { metadata: {} } };
      const marks = markSecrets(object.tree, tree) as Values;
      return [key, { ...object, tree: marks, ...(!other && { secretName: true }) }];
    });
  });
  return new Map(entries);
}

/** A name without the digest that some have at their end, to tell one version of an object from another. */
export function withoutDigest(name: string): string {
  return name.replace(/-[0-9a-f]{5,}$/, "");
}

/** Objects as they are, none of them rendered by us: with a mark in place of what Secrets hold, wherever it is. */
export function hidden(placed: readonly PlacedObject[], texts: readonly string[] = textsOf(placed)): Objects {
  const objects = asObjects(placed);
  return new Map(
    [...objects].map(([key, object]) => [
      key,
      { ...object, tree: hideTexts(object.kind, object.tree, texts) },
    ]),
  );
}

/** The values of all Secrets. */
export function textsOf(placed: readonly PlacedObject[]): string[] {
  const trees = placed
    .filter(({ object }) => object.kind === "Secret")
    .map(({ object }) => objectTree(object));
  return [...new Set(trees.flatMap(secretTexts))].sort((a, b) => b.length - a.length);
}

/** Objects as they are: nothing is hidden yet. */
export function asObjects(placed: readonly PlacedObject[]): Objects {
  return new Map(
    placed.map(({ object, namespace }) => {
      const { kind, apiVersion, metadata } = object;
      const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [];
      const { name } = metadata;
      return [`${group}/${kind}/${namespace}/${name}`, { kind, namespace, name, tree: objectTree(object) }];
    }),
  );
}

/** What differs between two sets of objects. */
export function compareObjects(stack: string, left: Objects, right: Objects): StackDiff {
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  const objects = keys.flatMap((key): ObjectChange[] => {
    const [old, now] = [left.get(key), right.get(key)];
    const object = now ?? old;
    if (!object) return [];
    const named = {
      kind: object.kind,
      namespace: object.namespace === stack ? "" : object.namespace,
      name: object.name,
    };
    if (!old) return [{ change: "added", ...named, differences: [] }];
    if (!now) return [{ change: "removed", ...named, differences: [] }];
    const differences = differencesOf(old.tree, now.tree);
    return differences.length === 0 ? [] : [changedObject(named, differences)];
  });
  return { stack, objects, restarts: restartsOf(stack, objects) };
}

/** Labels that name the version of a chart: each object of a chart has them. */
const VERSION_LABEL = /^metadata\.labels\.(helm\\\.sh\/chart|chart|app\\\.kubernetes\\\.io\/version)$/;

/** A changed object, with as many differences as are shown. */
export function changedObject(
  named: Pick<ObjectChange, "kind" | "namespace" | "name">,
  differences: readonly ValueDifference[],
): ObjectChange {
  const labelsOnly = differences.every(({ path }) => VERSION_LABEL.test(path));
  return {
    change: "changed",
    ...named,
    differences: differences.slice(0, 500),
    ...(labelsOnly && { labelsOnly }),
  };
}
