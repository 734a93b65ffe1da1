import { type ProcessRule, RULE_PLACES, rulePattern } from "../../model/member/processRules";
import type { CpuHistory } from "./cpu";
import { matchAll } from "./patterns";
import type { Scanned } from "./pods";
import type { Process } from "./processes";

/** A rule, ready for use. */
export interface ReadyRule {
  readonly rule: ProcessRule;
  readonly patterns: readonly {
    readonly pattern: RegExp;
    readonly text: (process: Process) => string;
    readonly matches: boolean;
  }[];
}

/** A rule that holds, where. */
export interface Match {
  readonly rule: ProcessRule;
  readonly scanned: Scanned;
  /** One of scope `process`; of scope `pod` all that the rule selected. */
  readonly processes: readonly Process[];
}

/** Throws when a pattern cannot be compiled, with the rule's name alone. */
export function ready(rule: ProcessRule): ReadyRule {
  const part = (
    pattern: string | undefined,
    text: (process: Process) => string,
    matches = true,
  ): ReadyRule["patterns"] => {
    if (pattern === undefined) return [];
    try {
      return [{ pattern: rulePattern(pattern), text, matches }];
    } catch {
      throw new Error(`rule ${rule.name}: a pattern is not a regular expression`);
    }
  };
  return {
    rule,
    patterns: [
      ...part(rule.commandLine, ({ commandLine }) => commandLine),
      ...part(rule.exceptCommandLine, ({ commandLine }) => commandLine, false),
      ...part(rule.processName, ({ name }) => name),
      ...part(rule.parentCommandLine, ({ parentCommandLine }) => parentCommandLine),
    ],
  };
}

/**
 * Where a rule holds among processes of pods that may be scanned. `slow` is how many texts took a pattern too long: they
 * count as no match, of an exception as well.
 */
export function matchesOf(
  { rule, patterns }: ReadyRule,
  processes: readonly { readonly process: Process; readonly scanned: Scanned }[],
  history: CpuHistory,
): { matches: Match[]; slow: number } {
  const places = rule.in ?? RULE_PLACES;
  let selected = processes.filter(({ scanned }) => places.includes(scanned.place));
  let slow = 0;
  for (const { pattern, text, matches } of patterns) {
    const found = matchAll(
      pattern,
      selected.map(({ process }) => text(process)),
    );
    slow += found.slow;
    selected = selected.filter((_, index) => found.hits[index] === matches);
  }
  const pods = [...new Set(selected.map(({ process }) => process.podUid))];
  const groups =
    rule.scope === "pod"
      ? pods.map((uid) => selected.filter(({ process }) => process.podUid === uid))
      : selected.map((one) => [one]);
  const matches = groups.flatMap((group) => {
    const [first] = group;
    const all = group.map(({ process }) => process);
    return first && enough(rule, all, history) ? [{ rule, scanned: first.scanned, processes: all }] : [];
  });
  return { matches, slow };
}

function enough(rule: ProcessRule, processes: readonly Process[], history: CpuHistory): boolean {
  const total = (of: (process: Process) => number): number =>
    processes.reduce((sum, process) => sum + of(process), 0);
  const { cpu, cpuSeconds = 0, memoryMB = 0, processes: least = 1 } = rule;
  return (
    processes.length >= least &&
    total((process) => process.cpuSeconds) >= cpuSeconds &&
    total(({ memoryBytes }) => memoryBytes) >= memoryMB * 1e6 &&
    (!cpu || total((process) => history.cores(process, cpu.seconds)) >= cpu.cores)
  );
}
