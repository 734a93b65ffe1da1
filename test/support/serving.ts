import type { Member } from "../../model/member";
import { stackNames } from "../../model/stackFiles";
import { ROOT } from "../../tools/root";
import { type LoadedStack, loadStackFile } from "../../tools/stacks";

/** A stack that serves launches. */
export interface ServingStack extends LoadedStack {
  readonly member: Member;
}

/** Every stack of the repository that serves launches, with its name, for `describe.each`. */
export function servingStacks(): [name: string, loaded: ServingStack][] {
  return stackNames(ROOT).flatMap((name) => {
    const loaded = loadStackFile(name);
    const { member } = loaded.stack;
    return member ? [[name, { ...loaded, member }] satisfies [string, ServingStack]] : [];
  });
}
