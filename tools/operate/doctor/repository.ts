import { ownValues } from "../../../charts/metaChart";
import { isDeployed } from "../../../model/member/lifecycle";
import { boostNotices } from "../../../model/values/boosts";
import { overridesOf } from "../../../model/values/overrides";
import { stackNames } from "../../../model/stack/stackFiles";
import { isActive, type TrafficTable } from "../../../model/federation/trafficShare";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";
import { pendingSecrets, secretProblems } from "../secrets/check";
import type { SecretProblem } from "../secrets/secretProblem";
import { secretsOfStacks } from "../secrets/state";
import { stackMatrix } from "../../ground/stackFile/stackMatrix";
import { loadStackFile } from "../../ground/stackFile/stacks";
import type { Check, Finding, Level } from "./diagnosis";
import { lifecycleFindings } from "./lifecycles";

/** What can be wrong with the stack files of these stacks, from the repository alone: nothing is decrypted. */
export function repositoryChecks(stacks: readonly string[], now: Date): Check[] {
  const again = "npx mybinder doctor";
  const check = (name: string, worst: Level, run: Check["run"]): Check => ({
    name,
    worst,
    otherwise: again,
    run,
  });
  return [
    check("stack files", "problem", () => stacks.flatMap(stackFileFindings)),
    check("secrets", "problem", () => secretFindings(stacks, now)),
    check("overrides", "warning", () => stacks.flatMap((stack) => overrideFindings(stack, now))),
    check("lifecycles", "warning", () => lifecycleFindings(stacks, now)),
    check("traffic", "warning", () => stacks.flatMap((stack) => trafficFindings(stack, now))),
  ];
}

/** What the program would refuse before it does anything. */
function stackFileFindings(stack: string): Finding[] {
  try {
    loadStackFile(stack);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [
      {
        level: "problem",
        about: `Pulumi.${stack}.yaml`,
        found: error.message,
        fix: `$EDITOR Pulumi.${stack}.yaml`,
      },
    ];
  }
}

function secretFindings(stacks: readonly string[], now: Date): Finding[] {
  const wanted = stacks.map((stack) => `Pulumi.${stack}.yaml`);
  const all = stacks.length === stackNames(ROOT).length;
  const finding = (level: Level, { file, problem, fix }: SecretProblem): Finding[] => {
    const found = { level, about: file, found: problem, fix };
    // those of no one stack's file are all stacks'
    return wanted.includes(file) || (all && !/^Pulumi\.[a-z]/.test(file)) ? [found] : [];
  };
  return [
    ...missingSecrets(stacks, now),
    ...secretProblems(now).flatMap((problem) => finding("problem", problem)),
    ...pendingSecrets(now).flatMap((problem) => finding("warning", problem)),
  ];
}

/**
 * One finding for each stack that lacks secrets, and one for all that have none at all, which nobody deploys from this
 * checkout; a stack that was asked for by itself counts as deployed. A stack that rests needs none.
 */
function missingSecrets(stacks: readonly string[], now: Date): Finding[] {
  const deployed = stackMatrix().filter(({ lifecycle }) => isDeployed(lifecycle));
  const lacking = stacks
    .filter((stack) => deployed.some((one) => one.stack === stack))
    .map((stack) => ({ stack, secrets: secretsOfStacks([stack], now) }))
    .filter(({ secrets }) => secrets.some(({ state }) => state === "missing"));
  const bare = lacking.filter(({ secrets }) =>
    secrets.every(({ state }) => !["set", "plain text", "unused"].includes(state)),
  );
  const apart = stacks.length > 1 ? bare : [];
  return [
    ...lacking
      .filter((one) => !apart.includes(one))
      .map(({ stack, secrets }): Finding => {
        const keys = secrets.filter(({ state }) => state === "missing").map(({ key }) => key);
        const found = `secrets that a preview needs are not set: ${keys.join(", ")}`;
        const fix = `npx mybinder secrets missing ${stack}`;
        return { level: "problem", about: `Pulumi.${stack}.yaml`, found, fix };
      }),
    ...(apart.length === 0 ? [] : [bareFinding(apart.map(({ stack }) => stack))]),
  ];
}

function bareFinding(stacks: readonly string[]): Finding {
  const found = `none of their secrets is set, so nothing is deployed from this checkout: ${stacks.join(", ")}`;
  const about = stacks.length === 1 ? "1 stack" : `${String(stacks.length)} stacks`;
  return { level: "warning", about, found, fix: "npx mybinder secrets missing STACK" };
}

function overrideFindings(stack: string, now: Date): Finding[] {
  const { config } = loadStackFile(stack).stack;
  const boosts = config.role === "proxy" ? [] : boostNotices(config.boosts, now);
  return [
    ...staleOverrides(stack, now),
    ...boosts.map(({ key, reason, notice }): Finding => ({
      level: "warning",
      about: `Pulumi.${stack}.yaml, ${key} ("${reason}")`,
      found: notice,
      fix: `pulumi up --stack ${stack}`,
    })),
  ];
}

function staleOverrides(stack: string, now: Date): Finding[] {
  return overridesOf(loadStackFile(stack).stack, ownValues(ROOT), now)
    .filter(({ stale }) => stale.length > 0)
    .map(({ key, reason, stale }) => ({
      level: "warning",
      about: `Pulumi.${stack}.yaml, ${key} ("${reason}")`,
      found: stale.join("; "),
      fix: `$EDITOR Pulumi.${stack}.yaml   # delete it, or extend its until`,
    }));
}

function trafficFindings(stack: string, now: Date): Finding[] {
  const { config } = loadStackFile(stack).stack;
  return config.role === "member" ? [] : endlessTraffic(stack, config.traffic, now);
}

/** What differs from the weights and does not end by itself. */
export function endlessTraffic(stack: string, table: TrafficTable, now: Date): Finding[] {
  return Object.entries(table)
    .filter(([, entry]) => entry.until === undefined && isActive(entry, now))
    .map(([member, { drain, weight, reason }]) => {
      const what = drain ? "is drained" : `has weight ${String(weight)} instead of its own`;
      const why = reason === undefined ? "" : `, because: ${reason}`;
      return {
        level: "warning",
        about: `member ${member}`,
        found: `${what} with no end time${why}`,
        fix: `npx mybinder traffic undrain ${member} --stack ${stack}`,
      };
    });
}
