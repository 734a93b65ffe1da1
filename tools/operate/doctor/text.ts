import type { Diagnosis, NotChecked } from "./diagnosis";

const WIDTH = "not checked".length;

/** What an operator reads: one line for each finding, worst first, the command below it; at the end, what was looked at. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const { findings, checked } = diagnosis;
  const notChecked = together(diagnosis.notChecked);
  const found = (level: string): string[] =>
    findings
      .filter((one) => one.level === level)
      .map(({ about, found: what, fix }) => entry(level, `${about}: ${what}`, fix));
  const not = (level: string): string[] =>
    notChecked
      .filter((one) => one.level === level)
      .map(({ check, why, fix }) => entry("not checked", `${check}: ${why}`, fix));
  return [
    ...found("problem"),
    ...not("problem"),
    ...found("warning"),
    ...not("warning"),
    `${findings.length + notChecked.length === 0 ? "nothing to do; " : ""}checked: ${checked.join(", ") || "nothing"}\n`,
  ].join("");
}

function entry(label: string, text: string, fix: string): string {
  const oneLine = text.trim().replace(/\s*\n\s*/g, "; ");
  return `${label.padEnd(WIDTH)}  ${oneLine}\n${" ".repeat(WIDTH)}  ${fix}\n`;
}

/** Checks that were not made for the same reason, as one. */
function together(all: readonly NotChecked[]): NotChecked[] {
  return all.reduce<NotChecked[]>((merged, one) => {
    const same = merged.findIndex(
      ({ level, why, fix }) => level === one.level && why === one.why && fix === one.fix,
    );
    const before = merged[same];
    if (!before) return [...merged, one];
    return merged.with(same, { ...before, check: `${before.check}, ${one.check}` });
  }, []);
}

/** A time that has passed, as short as it can be said: `40 s`, `23 min`, `5 h`, `3 d`. */
export function spanText(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ] as const;
  const [unit, length] = units.find(([, each]) => ms >= 2 * each) ?? ["s", 1000];
  return `${String(Math.floor(ms / length))} ${unit}`;
}
