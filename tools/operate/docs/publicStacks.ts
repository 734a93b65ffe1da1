import type { Stack } from "../../../model/stack/config";
import { stackNames } from "../../../model/stack/stackFiles";
import { ROOT } from "../../ground/root";
import { loadStackFile } from "../../ground/stackFile/stacks";
import type { RawConfig } from "../../../model/schema/rawConfig";

/** The stacks that somebody else than the operator at his machine can reach; `changes` replace keys of each file. */
export function publicStacks(changes: RawConfig = {}): Stack[] {
  return stackNames(ROOT)
    .filter((name) => loadStackFile(name).stack.config.cluster.kind !== "existing")
    .map((name) => loadStackFile(name, changes).stack);
}
