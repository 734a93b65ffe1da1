import type { RawConfig } from "../../../model/schema/rawConfig";
import type { Stack } from "../../../model/stack/config";
import { stackNames } from "../../../model/stack/stackFiles";
import { ROOT } from "../root";
import { loadStackFile, stackConfig } from "./stacks";

/** The stacks that somebody else than the operator at his machine can reach; `changes` replace keys of each file. */
export function publicStacks(changes: RawConfig = {}): Stack[] {
  return stackNames(ROOT)
    .filter((name) => stackConfig(name).cluster.kind !== "existing")
    .map((name) => loadStackFile(name, changes).stack);
}
