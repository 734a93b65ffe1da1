import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../../../../environment";
import {
  identitiesOf,
  keepIdentities,
  keptIdentities,
  lostSince,
} from "../../../../../tools/operate/adopt/uids";

const object = (kind: string, name: string, uid: string, namespace?: string) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, uid, ...(namespace === undefined ? {} : { namespace }) },
});
const before = identitiesOf({
  releases: [],
  objects: [
    object("ClusterIssuer", "prod", "1"),
    object("PersistentVolumeClaim", "hub-db-dir", "2", "staging"),
  ],
});

test("an object is known by kind, namespace and name, and lost when another has its place or none", () => {
  expect(before).toEqual({ "ClusterIssuer prod": "1", "PersistentVolumeClaim staging/hub-db-dir": "2" });
  expect(lostSince(before, { ...before, "ClusterIssuer new": "3" })).toEqual([]);
  expect(lostSince(before, { "ClusterIssuer prod": "9" })).toEqual([
    "ClusterIssuer prod was deleted and recreated",
    "PersistentVolumeClaim staging/hub-db-dir is gone",
  ]);
});

test("what is kept is what the first call found", () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-uids-"));
  const env = { ...environment({}), state };
  try {
    expect(() => keptIdentities(env, "staging")).toThrow(
      "npx mybinder adopt staging --kubeconfig FILE --yes",
    );
    keepIdentities(env, "staging", before);
    keepIdentities(env, "staging", { "ClusterIssuer prod": "9" });
    expect(keptIdentities(env, "staging")).toEqual(before);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
