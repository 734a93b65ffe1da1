import { z } from "zod";
import {
  PATTERN_KEYS,
  type ProcessRule,
  RULE_ACTIONS,
  RULE_PLACES,
  rulePattern,
} from "../model/member/processRules";
import { SESSION_COMMANDS } from "./systemCommands";

const pattern = z.string().min(1).max(2000);
const count = z.number().positive();

/** Each is a series of metrics on every node, and all of them are one Secret, which has at most 1 MiB. */
const MOST_RULES = 500;

/** The rules of the process scanner. */
export const processRulesSchema = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    action: z.enum(RULE_ACTIONS),
    in: z.array(z.enum(RULE_PLACES)).min(1).optional(),
    scope: z.enum(["process", "pod"]).optional(),
    commandLine: pattern.optional(),
    exceptCommandLine: pattern.optional(),
    processName: pattern.optional(),
    parentCommandLine: pattern.optional(),
    cpuSeconds: count.optional(),
    cpu: z.strictObject({ cores: count, seconds: z.number().int().min(60).max(86_400) }).optional(),
    memoryMB: count.optional(),
    processes: z.number().int().min(1).optional(),
  }),
);

/** What is wrong with rules that have the schema: by their number, since even a name may be a slip. Shows nothing of a pattern. */
export function processRuleProblems(rules: readonly ProcessRule[]): string[] {
  if (rules.length > MOST_RULES) {
    return [`found ${String(rules.length)} rules; allowed: at most ${String(MOST_RULES)}`];
  }
  return rules.flatMap((rule, index) => {
    const again = rules.findIndex(({ name }) => name === rule.name);
    const problems = [
      ...(again < index ? [`it has the name of rule ${String(again + 1)}`] : []),
      ...problemsOf(rule),
    ];
    return problems.map((problem) => `rule ${String(index + 1)}: ${problem}`);
  });
}

function problemsOf(rule: ProcessRule): string[] {
  const broken = PATTERN_KEYS.filter((key) => rule[key] !== undefined && compiled(rule[key]) === undefined);
  if (broken.length > 0) {
    return broken.map((key) => `${key} is no regular expression of JavaScript (flags i and u)`);
  }
  const { scope = "process", action, processes } = rule;
  const spared = action === "report" || hasNumber(rule) ? undefined : ordinary(rule);
  return [
    ...(PATTERN_KEYS.every((key) => key === "exceptCommandLine" || rule[key] === undefined) &&
    !hasNumber(rule)
      ? ["it has no condition, so it would match everything"]
      : []),
    ...(scope === "process" && processes !== undefined ? ["processes needs scope: pod"] : []),
    ...(scope === "pod" && action === "end-process"
      ? ["end-process needs scope: process; with scope: pod, report or delete-pod"]
      : []),
    ...(spared === undefined ? [] : [`it would stop ${spared}, which every session or build has`]),
  ];
}

/** Whether a number bounds a rule; one process is no bound, since every match has one. */
function hasNumber({ cpu, cpuSeconds, memoryMB, processes = 1 }: ProcessRule): boolean {
  return processes > 1 || [cpu, cpuSeconds, memoryMB].some((one) => one !== undefined);
}

/** The ordinary program of a session or a build whose name and command line the rule matches. Which parent it has is not known. */
function ordinary({ commandLine, exceptCommandLine, processName }: ProcessRule): string | undefined {
  const matches = (one: string | undefined, text: string, otherwise: boolean): boolean =>
    one === undefined ? otherwise : compiled(one)?.test(text) === true;
  if (commandLine === undefined && processName === undefined) return undefined;
  return SESSION_COMMANDS.find(
    ({ name, line }) =>
      matches(commandLine, line, true) &&
      matches(processName, name, true) &&
      !matches(exceptCommandLine, line, false),
  )?.name;
}

function compiled(text: string): RegExp | undefined {
  try {
    return rulePattern(text);
  } catch {
    return undefined;
  }
}
