import { cpus } from "node:os";
import { environment } from "../../../environment";
import type { ChartChoice } from "../../ground/cluster/charts";
import { Failure } from "../../ground/terminal/failure";
import { toStderr } from "../../ground/terminal/report";
import { localLab } from "../../lab/localLab";
import { type PairOptions, withPrograms } from "../../lab/render/pair";
import type { RenderedProgram } from "../../lab/render/program";
import {
  compareObjects,
  compareRendered,
  marked,
  type Objects,
  type Rendered,
} from "../../operate/diff/objects";
import type { DiffReport, StackDiff } from "../../operate/diff/report";
import { stackNeutral } from "../../operate/diff/stackNeutral";

/** What differs between two refs (`head` `undefined`: the working tree) in each stack that is named, or in all. */
export async function diffRefs(
  { base, head }: { readonly base: string; readonly head: string | undefined },
  stacks: readonly string[],
  charts: ChartChoice,
): Promise<DiffReport> {
  const options = await renderOptions(charts);
  return withPrograms({ left: base, right: head }, options, async ({ left, right, charts: from }) => {
    const all = [...new Set([...left.stacks, ...right.stacks])].sort();
    const unknown = stacks.filter((stack) => !all.includes(stack));
    if (unknown.length > 0) {
      throw new Failure(`neither side deploys ${unknown.join(", ")}; stacks: ${all.join(", ")}`, 2);
    }
    const queue = stacks.length === 0 ? all : [...new Set(stacks)];
    const diffs = await inLanes(queue, async (stack) =>
      compareRendered(
        stack,
        rendered(left, stack, await first(left, stack)),
        rendered(right, stack, await first(right, stack)),
      ),
    );
    return { left: base, right: head ?? "the working tree", charts: from, stacks: diffs };
  });
}

async function renderOptions(charts: ChartChoice): Promise<PairOptions> {
  return {
    charts,
    cache: environment().chartCache,
    helm: await localLab.helm(toStderr),
    report: toStderr,
  };
}

const first = (program: RenderedProgram, stack: string): Promise<Rendered["first"]> =>
  program.stacks.includes(stack) ? program.documents(stack, "first") : Promise.resolve([]);

function rendered(program: RenderedProgram, stack: string, documents: Rendered["first"]): Rendered {
  return {
    first: documents,
    second: () => (program.stacks.includes(stack) ? program.documents(stack, "second") : Promise.resolve([])),
  };
}

/** What differs between the objects of two stacks, each named without its stack. */
export async function diffStackObjects(
  left: string,
  right: string,
  charts: ChartChoice,
): Promise<DiffReport> {
  const options = await renderOptions(charts);
  return withPrograms({ left: undefined, right: undefined }, options, async (pair) => {
    const objects = async (program: RenderedProgram, stack: string): Promise<Objects> =>
      stackNeutral(
        stack,
        marked(await program.documents(stack, "first"), await program.documents(stack, "second")),
      );
    const [one, two] = await Promise.all([objects(pair.left, left), objects(pair.right, right)]);
    return { left, right, charts: pair.charts, stacks: [compareObjects(`${left} and ${right}`, one, two)] };
  });
}

async function inLanes(
  stacks: readonly string[],
  work: (stack: string) => Promise<StackDiff>,
): Promise<StackDiff[]> {
  const queue = stacks.map((stack, index) => ({ stack, index }));
  const done: StackDiff[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) done[next.index] = await work(next.stack);
  };
  await Promise.all(Array.from({ length: Math.max(2, cpus().length) }, lane));
  return done;
}
