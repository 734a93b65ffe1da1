/** What a rule's match leads to. */
export const RULE_ACTIONS = ["report", "end-process", "delete-pod"] as const;
/** Where a rule looks: in users' sessions, or where images are built. */
export const RULE_PLACES = ["user", "build"] as const;

export type RulePlace = (typeof RULE_PLACES)[number];

/** One rule of the process scanner. It matches where all of its conditions hold. */
export interface ProcessRule {
  /** Public: it is in logs and metrics. The rest of a rule is secret. */
  readonly name: string;
  readonly action: (typeof RULE_ACTIONS)[number];
  /** Default: everywhere. */
  readonly in?: readonly RulePlace[];
  /** `pod`: the patterns select processes of a pod, and the numbers are those of all selected ones together. Default `process`. */
  readonly scope?: "process" | "pod";
  readonly commandLine?: string;
  /** What matches this is left out. */
  readonly exceptCommandLine?: string;
  /** The kernel's name of a process: at most 15 characters. */
  readonly processName?: string;
  readonly parentCommandLine?: string;
  /** At least so many seconds of CPU since the process started, those of its ended children included. */
  readonly cpuSeconds?: number;
  /** At least so many CPUs on average over the last so many seconds, without those of children. */
  readonly cpu?: { readonly cores: number; readonly seconds: number };
  /** At least so much resident memory, in MB (10^6 bytes). */
  readonly memoryMB?: number;
  /** Scope `pod` only: at least so many processes. */
  readonly processes?: number;
}

/** The keys of a rule that hold a pattern. */
export const PATTERN_KEYS = ["commandLine", "exceptCommandLine", "processName", "parentCommandLine"] as const;

/** A pattern of a rule, which ignores case. Throws where it is none; the message holds the pattern. */
export function rulePattern(pattern: string): RegExp {
  return new RegExp(pattern, "iu");
}
