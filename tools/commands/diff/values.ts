import { ownValues } from "../../../charts/metaChart";
import { type Difference, diffValues } from "../../../model/values/diffValues";
import { type OverrideReport, overridesOf } from "../../../model/values/overrides";
import { stackNames } from "../../../model/stack/stackFiles";
import { readableValues } from "../../../model/values/readable";
import { secretsOf } from "../../../secret/catalogue";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";
import { loadStackFile } from "../../ground/stackFile/stacks";

/** What a stack is, as far as it is decided before a deploy: its role, its secrets and every Helm value of ours. */
function decided(name: string): Record<string, unknown> {
  const { stack } = loadStackFile(name);
  return {
    role: stack.config.role,
    cluster: stack.config.cluster.kind,
    certificates: stack.config.certificates,
    protect: stack.config.protect,
    secrets: secretsOf(stack.config)
      .map(({ key }) => key)
      .sort(),
    ...readableValues(stack),
  };
}

/** Every difference of two stacks, secrets by name only. */
export function stackDifferences(left: string, right: string): Difference[] {
  return diffValues(decided(left), decided(right));
}

/** Every override of every stack. Throws Failure when one is stale. */
export function reportOverrides(json: boolean): void {
  const values = ownValues(ROOT);
  const all = stackNames(ROOT).flatMap((name) => overridesOf(loadStackFile(name).stack, values, new Date()));
  const line = ({ stack, key, reason, until, stale }: OverrideReport): string =>
    `${stack}  ${key}  ${reason}${until === undefined ? "" : ` (until ${until})`}\n` +
    stale.map((why) => `  STALE  ${why}\n`).join("");
  process.stdout.write(json ? `${JSON.stringify(all, undefined, 2)}\n` : all.map(line).join(""));
  const stale = all.filter((one) => one.stale.length > 0);
  if (stale.length > 0) throw new Failure(`stale overrides: ${String(stale.length)}`);
}

/** One line for each difference: its path, then what the first and the second stack have. */
export function renderDifferences(differences: readonly Difference[], left: string, right: string): string {
  if (differences.length === 0) return `Stacks ${left} and ${right} do not differ.`;
  const show = (value: unknown): string => (value === undefined ? "(not set)" : JSON.stringify(value));
  return differences
    .map((one) => `${one.path}\n  ${left}: ${show(one.left)}\n  ${right}: ${show(one.right)}`)
    .join("\n");
}
