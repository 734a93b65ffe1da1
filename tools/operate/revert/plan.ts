import type { StackRelease } from "../../../model/stack/releases";
import { ageOf, deployed, isUnderWay, type Revision, rolledBackTo } from "../../ground/cluster/history";
import { Failure } from "../../ground/terminal/failure";

/** What an operator asks of a revert. */
export interface RevertRequest {
  readonly release: StackRelease;
  /** Revisions of the release, oldest first. */
  readonly history: readonly Revision[];
  /** The revision to go back to; without it, the last one that was deployed before the present one. */
  readonly to: number | undefined;
  /** Whether an operation that Helm counts as running was stopped, by the operator's word. */
  readonly stopped: boolean;
  /** The command line, to be repeated with another option. */
  readonly command: string;
}

/**
 * The revision that a revert goes back to. Throws Failure when there is none, when a deploy may still be running, when the
 * present revision is a rollback already, or when `to` was never deployed: each with the command that goes on.
 */
export function revertTarget({ release, history, to, stopped, command }: RevertRequest, now: Date): Revision {
  const { name, namespace } = release;
  const last = history.at(-1);
  if (!last) {
    throw new Failure(
      `release ${name} is not installed in namespace ${namespace}, so there is nothing to take back. To deploy it: pulumi up --stack ${name}`,
    );
  }
  if (isUnderWay(release, history, now) && !stopped) {
    const seconds = Math.round(ageOf(last, now) / 1000);
    throw new Failure(
      `release ${name}: a deploy began ${String(seconds)} s ago and may still be running (revision ${String(last.revision)}, ` +
        `${last.status}). Stop it first (Ctrl-C, or cancel its CI job), then run: ${command} --stopped`,
    );
  }
  const good = history.filter((one) => wasDeployed(one) && one !== last);
  if (to !== undefined) return chosen(release, history, to, command);
  if (last.status === "deployed") {
    const source = rolledBackTo(last);
    if (source !== undefined) {
      throw new Failure(
        `release ${name}: revision ${String(last.revision)} is a rollback to revision ${String(source)} already. To go to another ` +
          `one: ${command} --to N. Revisions: ${listed([...good, last])}`,
      );
    }
    const before = good.at(-1);
    if (before) return before;
    throw new Failure(
      `release ${name} has no earlier revision that was deployed, only ${String(last.revision)}: fix the configuration and run ` +
        `pulumi up --stack ${name}`,
    );
  }
  const target = deployed(history);
  if (target) return target;
  throw new Failure(
    `release ${name} was never deployed (revision ${String(last.revision)} is ${last.status}), so there is nothing to go back to. ` +
      `Remove it: helm uninstall ${name} --namespace ${namespace}; then pulumi refresh --clear-pending-creates --stack ${name}`,
  );
}

function chosen({ name }: StackRelease, history: readonly Revision[], to: number, command: string): Revision {
  const found = history.find(({ revision }) => revision === to);
  if (found && wasDeployed(found)) {
    if (found !== history.at(-1)) return found;
    throw new Failure(`release ${name}: revision ${String(to)} is what is deployed now`, 2);
  }
  const why = found ? `is ${found.status}, so it never worked` : "does not exist, or Helm no longer keeps it";
  throw new Failure(
    `release ${name}: revision ${String(to)} ${why}. Revisions that were deployed: ${listed(history.filter(wasDeployed))}. ` +
      `For example: ${command} --to ${String(deployed(history)?.revision ?? 1)}`,
    2,
  );
}

/** Whether a revision ran: only such a one can be gone back to. */
export function wasDeployed({ status }: Revision): boolean {
  return status === "deployed" || status === "superseded";
}

function listed(revisions: readonly Revision[]): string {
  return (
    revisions
      .map(({ revision, updated }) => `${String(revision)} (${updated.slice(0, 16).replace("T", " ")})`)
      .join(", ") || "none"
  );
}
