import { z } from "zod";

/** Most characters of one line that is shown: programs in ConfigMaps have lines of many thousands. */
export const LINE_CHARACTERS = 160;

const difference = z.strictObject({
  /** Keys joined by dots, a dot in a key escaped; of a list whose elements have names, the name. */
  path: z.string().max(1000),
  /** What each side has; left out where it has nothing, or may not be shown. */
  left: z.unknown().optional(),
  right: z.unknown().optional(),
  /** In place of both: the changed lines, each after "-", "+" or " ". */
  lines: z
    .array(z.string().max(LINE_CHARACTERS + 10))
    .max(200)
    .optional(),
  /** Why something is not shown. */
  hidden: z.enum(["secret", "checksum", "live"]).optional(),
});

const objectChange = z.strictObject({
  change: z.enum(["added", "removed", "changed"]),
  kind: z.string().max(200),
  /** `""` where the kind has none, or it is the stack's own. */
  namespace: z.string().max(253),
  name: z.string().max(253),
  differences: z.array(difference).max(500),
  /** Only labels that name the version of its chart differ. */
  labelsOnly: z.boolean().optional(),
});

/** The shape of what differs in one stack. */
export const stackDiffSchema = z.strictObject({
  stack: z.string().max(100),
  objects: z.array(objectChange).max(5000),
  /** What restarts, in words: "the hub". */
  restarts: z.array(z.string().max(300)).max(200),
});

/** The shape of a diff in JSON. It is also held against what a workflow gets from a fork, hence the limits. */
export const diffReportSchema = z.strictObject({
  left: z.string().max(200),
  right: z.string().max(200),
  /** Where charts came from: "the published charts", or that stand-ins took their place. */
  charts: z.string().max(1000).optional(),
  stacks: z.array(stackDiffSchema).max(200),
});

/** One value that differs. */
export type ValueDifference = z.infer<typeof difference>;
/** One object that differs. */
export type ObjectChange = z.infer<typeof objectChange>;
/** What differs in one stack. */
export type StackDiff = z.infer<typeof stackDiffSchema>;
/** What differs between two versions of the program, or between it and clusters. */
export type DiffReport = z.infer<typeof diffReportSchema>;
