import type { Report } from "../../ground/terminal/report";
import type { ChartChoice } from "../../ground/cluster/charts";
import { Failure } from "../../ground/terminal/failure";
import { checkOut, type Checkout, workingTree } from "./checkout";
import { ChartsMissing, openProgram, type ProgramOptions, type RenderedProgram } from "./program";

/** Two versions of the program, rendered with charts of the same kind. */
export interface ProgramPair {
  readonly left: RenderedProgram;
  readonly right: RenderedProgram;
  /** Where their charts came from, in words. */
  readonly charts: string;
}

/** How programs are rendered. */
export interface PairOptions extends Pick<ProgramOptions, "cache" | "helm" | "target"> {
  readonly charts: ChartChoice;
  readonly report: Report;
}

/**
 * Checks out two refs (`undefined`: the working tree) and does `work` with their programs. `charts` `auto`: the published charts
 * for both, or stand-ins for both, so that no difference is one between a chart and its stand-in.
 */
export async function withPrograms<T>(
  refs: { readonly left: string | undefined; readonly right: string | undefined },
  options: PairOptions,
  work: (pair: ProgramPair) => Promise<T>,
): Promise<T> {
  const checkouts: Checkout[] = [];
  try {
    for (const ref of [refs.left, refs.right]) {
      checkouts.push(ref === undefined ? workingTree : await checkOut(ref, options.report));
    }
    const [left, right] = checkouts;
    if (!left || !right) throw new Error("two refs give two checkouts");
    const pair = await open(left, right, options);
    try {
      return await work(pair);
    } finally {
      await Promise.all([pair.left.close(), pair.right.close()]);
    }
  } finally {
    for (const checkout of checkouts) await checkout.remove();
  }
}

async function open(
  left: Checkout,
  right: Checkout,
  { charts, report, ...rest }: PairOptions,
): Promise<ProgramPair> {
  if (charts !== "auto") return openBoth(left, right, charts, rest);
  try {
    return await openBoth(left, right, "real", rest);
  } catch (error) {
    if (!(error instanceof ChartsMissing)) throw error;
    report(
      `stand-ins take the place of the published charts, of which not all are in ${rest.cache} or to be had; ` +
        "which and why: npx mybinder charts fetch",
    );
    return openBoth(left, right, "stand-ins", rest);
  }
}

async function openBoth(
  left: Checkout,
  right: Checkout,
  charts: "real" | "stand-ins",
  options: Pick<ProgramOptions, "cache" | "helm" | "target">,
): Promise<ProgramPair> {
  const opened = await Promise.allSettled(
    [left, right].map(({ root, label }) => openProgram({ root, label, charts, ...options })),
  );
  const [one, two] = opened.map((result) => (result.status === "fulfilled" ? result.value : undefined));
  if (one && two) {
    const words =
      charts === "real" ? "the published charts" : "stand-ins of the charts of others (test/charts)";
    return { left: one, right: two, charts: words };
  }
  await Promise.all([one?.close(), two?.close()]);
  const failed = opened.find((result) => result.status === "rejected");
  throw failed?.reason instanceof Error ? failed.reason : new Failure(String(failed?.reason));
}
