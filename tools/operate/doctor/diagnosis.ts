/** `problem`: something does not work, or is about to stop; `warning`: nothing is wrong yet, or only something optional lacks. */
export type Level = "problem" | "warning";

/** Something that is to be done. */
export interface Finding {
  readonly level: Level;
  /** What it is about: a program, a stack file, a release, a node. */
  readonly about: string;
  readonly found: string;
  /** The command that fixes it; where that takes a person's eye, the one that shows more. */
  readonly fix: string;
}

/** One thing that is looked at. */
export interface Check {
  /** As the summary names it: `chart cache`. */
  readonly name: string;
  /** What it finds at worst; a check that could not be made counts as that. */
  readonly worst: Level;
  /** The command after which it can be made, for when it cannot. */
  readonly otherwise: string;
  /** Gives what is to be done; throws when it cannot tell. */
  readonly run: () => readonly Finding[] | Promise<readonly Finding[]>;
}

/** Why a check could not be made, with another fix than its `otherwise`; `level`: with another level than its `worst`. */
export class CannotTell extends Error {
  override readonly name = "CannotTell";
  constructor(
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
    readonly level?: Level,
  ) {
    super(message, options);
  }
}

/** A check that could not be made, and why. */
export interface NotChecked {
  readonly level: Level;
  readonly check: string;
  readonly why: string;
  readonly fix: string;
}

/** What was looked at, and what came of it. */
export interface Diagnosis {
  /** Names of the checks that were made. */
  readonly checked: readonly string[];
  readonly findings: readonly Finding[];
  readonly notChecked: readonly NotChecked[];
}

/** Makes every check, whatever the others found. A check that throws is one that was not made. */
export async function diagnose(checks: readonly Check[]): Promise<Diagnosis> {
  const results = await Promise.all(
    checks.map(async ({ name, worst, otherwise, run }) => {
      try {
        return { name, findings: await run() };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const { fix = otherwise, level = worst } = error instanceof CannotTell ? error : {};
        return { name, not: { level, check: name, why, fix } };
      }
    }),
  );
  const order = (one: { readonly level: Level }): number => (one.level === "problem" ? 0 : 1);
  return {
    checked: results.flatMap(({ name, not }) => (not ? [] : [name])),
    findings: results.flatMap(({ findings = [] }) => findings).sort((a, b) => order(a) - order(b)),
    notChecked: results.flatMap(({ not }) => (not ? [not] : [])).sort((a, b) => order(a) - order(b)),
  };
}

/** How many problems there are, those that could not be ruled out included. Nothing else makes the exit code 1. */
export function problemCount({ findings, notChecked }: Diagnosis): number {
  return [...findings, ...notChecked].filter(({ level }) => level === "problem").length;
}
