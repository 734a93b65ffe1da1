/** One thing that is tried at a deployed stack. */
export interface LiveCheck {
  readonly check: string;
  /** Host or member. */
  readonly at: string;
  /** Resolves to what was found. Rejects with what was found and what is expected. */
  readonly run: () => Promise<string>;
}

/** One line of the report. */
export interface LiveLine {
  readonly check: string;
  readonly at: string;
  /** `skip`: it could not be tried, and `found` says why. */
  readonly outcome: "ok" | "FAIL" | "skip";
  readonly found: string;
}

/** Checks that run at the same time: a proxy should not take them for a flood. */
const AT_ONCE = 8;

/** Makes every check, whatever the others found. The lines are in the order of the checks. */
export async function runChecks(checks: readonly LiveCheck[]): Promise<LiveLine[]> {
  const lines = new Map<LiveCheck, LiveLine>();
  const queue = checks.values();
  const work = async (): Promise<void> => {
    for (const one of queue) lines.set(one, await lineOf(one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks.flatMap((one) => lines.get(one) ?? []);
}

/** Makes one check. Never rejects. */
export async function lineOf({ check, at, run }: LiveCheck): Promise<LiveLine> {
  try {
    return { check, at, outcome: "ok", found: await run() };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { check, at, outcome: "FAIL", found };
  }
}

/** The report, a line for each check. */
export function linesText(lines: readonly LiveLine[]): string {
  const width = (key: "check" | "at"): number => Math.max(0, ...lines.map((line) => line[key].length));
  const [check, at] = [width("check"), width("at")];
  return lines
    .map(
      (line) =>
        `${line.outcome.padEnd(4)}  ${line.check.padEnd(check)}  ${line.at.padEnd(at)}  ${line.found}\n`,
    )
    .join("");
}
