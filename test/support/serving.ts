import type { Member } from "../../model/member/member";
import { stackNames } from "../../model/stack/stackFiles";
import { ROOT } from "../../tools/ground/root";
import { type LoadedStack, loadStackFile } from "../../tools/ground/stackFile/stacks";

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
