import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { objectsOf, type PlacedObject } from "../../ground/cluster/manifest";
import { Failure } from "../../ground/terminal/failure";
import { compareObjects, hidden, textsOf } from "./objects";
import type { DiffReport } from "./report";

/** What differs between the manifests of two folders, or files. Throws Failure (exit code 2) for what is no manifest. */
export function compareManifests(left: string, right: string): DiffReport {
  const [one, two] = [read(left), read(right)];
  const texts = [...new Set([...textsOf(one), ...textsOf(two)])];
  const diff = compareObjects("manifests", hidden(one, texts), hidden(two, texts));
  return { left: left.slice(0, 200), right: right.slice(0, 200), stacks: [diff] };
}

function read(path: string): PlacedObject[] {
  if (!existsSync(path)) throw new Failure(`there is no file or folder ${path}`, 2);
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" })
        .sort()
        .map((file) => join(path, file))
    : [path];
  const objects = files
    .filter((file) => file === path || /\.(ya?ml|json)$/.test(file))
    .flatMap((file) => {
      try {
        return objectsOf({ text: readFileSync(file, "utf8"), namespace: "" });
      } catch (error) {
        throw new Failure(`${file} is not valid YAML: ${error instanceof Error ? error.message : ""}`, 2);
      }
    });
  if (objects.length === 0) {
    throw new Failure(`no object of Kubernetes is in ${path} (*.yaml, *.yml, *.json)`, 2);
  }
  refuseVersions(objects, path);
  return objects;
}

/** The same object in several files, as several questions to a cluster give it, is one; of two versions, which one counts is unknown. */
function refuseVersions(objects: readonly PlacedObject[], path: string): void {
  const seen = new Map<string, PlacedObject>();
  for (const placed of objects) {
    const { kind, apiVersion, metadata } = placed.object;
    const key = [apiVersion, kind, placed.namespace, metadata.name].join(" ");
    if (!isDeepStrictEqual(seen.get(key) ?? placed, placed)) {
      const where = placed.namespace === "" ? "" : ` in namespace ${placed.namespace}`;
      throw new Failure(
        `${kind} ${metadata.name}${where} is in ${path} twice, and not the same; allowed: once`,
        2,
      );
    }
    seen.set(key, placed);
  }
}
