import type { ChartChoice, ChartOrigin } from "../../ground/cluster/charts";

/** Which of two sets of secrets of no worth a program gets. What differs between the two comes from a secret. */
export type Variant = "first" | "second";

/** What is asked of the process that runs the programs of one checkout. */
export type Order =
  | {
      readonly kind: "open";
      readonly root: string;
      readonly charts: ChartChoice;
      readonly cache: string;
      readonly helm: string;
      /** Path at which the program looks for its charts: the process puts a link there. */
      readonly link: string;
    }
  | {
      readonly kind: "run";
      readonly stack: string;
      readonly variant: Variant;
      /** Keys of secrets that the stack is to be without. */
      readonly without: readonly string[];
    }
  | { readonly kind: "close" };

/** One registration of a program, with every secret laid open: they are of no worth. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The answer to an order: what it asked for, or why that failed. */
export interface Answer {
  /** Stacks that the checkout deploys. */
  readonly stacks?: readonly string[];
  readonly origins?: readonly ChartOrigin[];
  readonly registered?: readonly Registered[];
  readonly problem?: string;
  /** `missing`: a chart could not be had; `old`: the checkout lacks what this process asks it for. */
  readonly cause?: "missing" | "old";
}
