import { answersForFederation } from "./federation";
import { lifecycleOf } from "../member/lifecycle";
import type { StackConfig } from "../schema/stack";

/** Members whose pages send launches to each other. */
export interface FederationGroup {
  /** Stacks, sorted. */
  readonly members: readonly string[];
  /** Names of members run by others. */
  readonly external: readonly string[];
}

/**
 * The federations among the stacks, each with its members that are not gone. Two federations that share a member count as
 * one, because a page of either may ask that member for a launch.
 */
export function federationsOf(configs: ReadonlyMap<string, StackConfig>): FederationGroup[] {
  const isHere = (name: string): boolean => {
    const config = configs.get(name);
    return config !== undefined && lifecycleOf(config) !== "gone";
  };
  const listed = [...configs.values()].filter(answersForFederation).map(({ federation: { members } }) => ({
    members: members.filter(({ external }) => !external).flatMap(({ name }) => (isHere(name) ? [name] : [])),
    external: members.flatMap(({ name, external }) => (external ? [name] : [])),
  }));
  return listed.reduce<FederationGroup[]>((groups, one) => {
    const touches = ({ members }: FederationGroup): boolean =>
      members.some((name) => one.members.includes(name));
    const joined = [one, ...groups.filter(touches)];
    const all = {
      members: [...new Set(joined.flatMap(({ members }) => members))].sort(),
      external: [...new Set(joined.flatMap(({ external }) => external))].sort(),
    };
    return [...groups.filter((group) => !touches(group)), all];
  }, []);
}
