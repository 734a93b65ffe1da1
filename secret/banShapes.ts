import { z } from "zod";
import { PROVIDERS } from "../model/federation/bans/list";
import { placedPatterns } from "../model/values/pattern/places";
import { banListSchema, patternsOfBanList } from "./banList";
import { type Bans, bansSchema, patternsOfBans } from "./bans";
import type { Shape } from "./shape";
import type { ProcessRule } from "../model/member/processRules";
import { processRuleProblems, processRulesSchema } from "./processRules";
import { endedFor } from "./systemCommands";

const text = z.string().min(1);
const none = (): string[] => [];

/** The shapes of who and what is banned. */
export const banShapes = {
  "ban-list": {
    wanted:
      "{bans: […]}, as the command `bans` writes it: each with kind (client, destination, host, repository), what, reason, of a repository its provider, and until where it ends",
    form: "yaml",
    schema: banListSchema,
    patterns: (list: unknown) => patternsOfBanList(list),
    credentials: none,
    sample: (word: string) =>
      JSON.stringify({
        bans: [
          { kind: "client", what: "192.0.2.77", reason: "a placeholder" },
          { kind: "destination", what: "198.51.100.0/31", reason: "a placeholder" },
          { kind: "host", what: "banned.example.org", reason: "a placeholder" },
          {
            kind: "repository",
            provider: "GitHubRepoProvider",
            what: `^${word}/.*`,
            reason: "a placeholder",
          },
        ],
      }),
  },
  bans: {
    wanted: `a YAML map of some of ${PROVIDERS.join(", ")} to lists of Python's regular expressions, or such a list for GitHub`,
    form: "yaml",
    schema: bansSchema,
    patterns: (bans: unknown) => patternsOfBans(bans as Bans),
    credentials: none,
    sample: (word: string) => `{GitHubRepoProvider: ["^${word}/.*"], GitRepoProvider: [".*${word}.*"]}`,
  },
  "command-rules": {
    wanted:
      "a YAML map of names to {bannedCommandStrings, allowedCommandPatterns}, without a text that a program of the cluster has in its command line (secret/systemCommands.ts)",
    form: "yaml",
    schema: z.record(
      z.string(),
      z.strictObject({
        bannedCommandStrings: z.array(text.refine((one) => endedFor(one) === undefined)),
        allowedCommandPatterns: z.array(text).optional(),
      }),
    ),
    patterns: (rules: unknown) =>
      Object.values(rules as Readonly<Record<string, { allowedCommandPatterns?: string[] }>>).flatMap(
        ({ allowedCommandPatterns }, index) =>
          placedPatterns(`allowedCommandPatterns of rule ${String(index + 1)}`, allowedCommandPatterns),
      ),
    credentials: none,
    sample: (word: string) => `{rules: {bannedCommandStrings: [${word}]}}`,
  },
  "process-rules": {
    wanted:
      "a YAML list of rules: name (small letters, digits, hyphens), action (report, end-process, delete-pod) and conditions, as docs/abuse.md lists them",
    form: "yaml",
    schema: processRulesSchema,
    problems: (rules: unknown) => processRuleProblems(rules as readonly ProcessRule[]),
    credentials: none,
    sample: (word: string) => `[{name: a-placeholder, action: end-process, commandLine: "${word}"}]`,
  },
} satisfies Record<string, Shape>;
