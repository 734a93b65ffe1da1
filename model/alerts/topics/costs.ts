import type { StatedCost } from "../../schema/cost";
import type { Stack } from "../../stack/config";
import type { Recording, Topic } from "../alert";

/** A stack, and what it costs a month as its stack file says. */
export interface StackCost extends StatedCost {
  readonly stack: string;
}

/** What stack files state: a stack's own cost, and on a proxy those of its members. */
export function statedCosts({ name, config, federation }: Stack): StackCost[] {
  const members = (federation?.members ?? []).filter((member) => member.name !== name);
  const all = [{ name, cost: config.cost }, ...members];
  return all.flatMap(({ name: stack, cost }) => (cost ? [{ stack, ...cost }] : []));
}

/** Costs as series, so that a dashboard can divide them by launches. Nothing alerts on them. */
export const costs: Topic = {
  name: "costs",
  of: (stack) => statedCosts(stack).length > 0,
  alerts: () => [],
  recordings: (stack) => statedCosts(stack).map(recording),
};

function recording({ stack, perMonth, currency, source }: StackCost): Recording {
  return {
    record: "mybinder:cost:month",
    expr: `vector(${String(perMonth)})`,
    labels: { stack, currency, source },
  };
}
