import type { ProxyConfig } from "../../../model/schema/stack";
import { answersForFederation } from "../../../model/federation/federation";
import type { FederationMember } from "../../../model/federation/federationMember";
import { remainingCapacity, trafficProblems, withEntry } from "../../../model/federation/traffic";
import type { TrafficEntry, TrafficTable } from "../../../model/federation/trafficShare";
import { Failure } from "../../ground/terminal/failure";
import type { RepositoryFiles } from "../../ground/stackFile/editor";
import { loadStackFile } from "../../ground/stackFile/stacks";
import { editFloor, editTraffic } from "./stackFile";

/** The federation that a stack answers for. */
export interface ProxyStack {
  readonly config: ProxyConfig;
  readonly members: readonly FederationMember[];
  /** The table of the stack file, and what the members' lifecycles add to it. */
  readonly effective: TrafficTable;
}

/** Reads a stack that answers for the federation, with `traffic` in place of its table if it is given. */
export function loadProxy(stack: string, traffic?: TrafficTable): ProxyStack {
  const { config, federation } = loadStackFile(stack, traffic && { traffic }).stack;
  if (!answersForFederation(config) || !federation) {
    throw new Failure(`stack ${stack} has role ${config.role} and no traffic table; use --stack prod`, 2);
  }
  return { config, members: federation.members, effective: federation.traffic };
}

/** What an operator wants to change. */
export interface Change {
  readonly stack: string;
  readonly member: string;
  /** What shall hold for the member; undefined: what its weight says. */
  readonly entry: TrafficEntry | undefined;
  /** Launches at the recent peak, where the operator knows better than `federation.capacityFloor`. */
  readonly peak: number | undefined;
  readonly force: boolean;
  readonly now: Date;
}

/**
 * The table with a change, what the proxy is to obey with it, and the launches that remain. Throws Failure when too few would, or when the stack file
 * would not be valid.
 */
export function changedTable(change: Change): {
  table: TrafficTable;
  effective: TrafficTable;
  remaining: number;
} {
  const { stack, member, entry, peak, force, now } = change;
  const { config, members } = loadProxy(stack);
  refuseDrained(members, member);
  const floor = peak ?? config.federation.capacityFloor;
  const plain = withEntry(config.traffic, member, entry, now);
  const problems = trafficProblems(members, plain, floor, now);
  const table =
    force && problems.length > 0 ? withEntry(plain, member, { ...entry, force: true }, now) : plain;
  const left = trafficProblems(members, table, floor, now);
  if (left.length > 0) throw new Failure(`${left.join("\n")}\nOn this command: --force`, 2);
  const { effective } = loadProxy(stack, table);
  return { table, effective, remaining: remainingCapacity(members, effective, now) };
}

function refuseDrained(members: readonly FederationMember[], member: string): void {
  const lifecycle = members.find(({ name }) => name === member)?.lifecycle ?? "active";
  if (lifecycle === "active") return;
  throw new Failure(
    `${member} takes no launches: it is ${lifecycle} (mybinder:lifecycle in Pulumi.${member}.yaml); ` +
      `npx mybinder members lifecycle ${member} active`,
    2,
  );
}

/** Writes a table to the stack file. */
export function writeTable(files: RepositoryFiles, stack: string, table: TrafficTable): void {
  const file = `Pulumi.${stack}.yaml`;
  files.write({ [file]: editTraffic(files.text(file) ?? "", table) });
}

/** Makes a number of launches the capacity floor of the stack file. */
export function writeFloor(files: RepositoryFiles, stack: string, launches: number): void {
  const file = `Pulumi.${stack}.yaml`;
  files.write({ [file]: editFloor(files.text(file) ?? "", launches) });
}
