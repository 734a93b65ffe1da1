import { z } from "zod";
import { strict } from "../model/schema/parts";

const provider = z.string().regex(/^(passphrase|(gcpkms|awskms|azurekeyvault|hashivault):\/\/\S+)$/, {
  error: "passphrase, or the address of a key such as gcpkms://projects/…",
});

const holder = strict({
  name: z.string().min(1).describe("Person, team or CI job"),
  kind: z.enum(["person", "team", "ci"]).describe("What it is"),
  contact: z.string().min(3).describe("Where to reach it, when access ends or something leaks"),
  reason: z.string().min(10).describe("Why it has access; at least 10 characters"),
  google: z
    .string()
    .regex(/^(user|group|serviceAccount):[^@\s]+@[^@\s]+$/, {
      error: "a Google identity such as group:binder-team@example.org",
    })
    .optional()
    .describe("Google identity that bootstrap/ gives the keys and the state of these stacks to"),
  stacks: z.union([z.literal("all"), z.array(z.string()).min(1)]).describe("Names of stacks, or all"),
});

export const accessSchema = strict({
  provider: strict({
    default: provider.describe("Provider of every stack; {stack} is its name"),
    stacks: z.record(z.string(), provider).default({}).describe("Stacks that have another one"),
  }),
  holders: z.array(holder).min(1).describe("Who can decrypt what"),
});

/** Who can decrypt the secrets of which stack, as secret/access.yaml says. */
export type Access = z.infer<typeof accessSchema>;
/** A person, team or CI job with access. */
export type Holder = z.infer<typeof holder>;

/** An access list, or what is wrong with its form; each a sentence with its key. */
export function parseAccess(raw: unknown): Access | string[] {
  const { data, error } = accessSchema.safeParse(raw);
  return data ?? error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** The provider that a stack is to encrypt its secrets with. */
export function wantedProvider({ provider: { default: general, stacks } }: Access, stack: string): string {
  return (stacks[stack] ?? general).replaceAll("{stack}", stack);
}

/** Who has access to a stack. */
export function holdersOf({ holders }: Access, stack: string): Holder[] {
  return holders.filter(({ stacks }) => stacks === "all" || stacks.includes(stack));
}

/** What does not hold in an access list, given the stacks that there are; each a sentence. */
export function accessProblems(access: Access, stacks: readonly string[]): string[] {
  const named = [
    ...Object.keys(access.provider.stacks),
    ...access.holders.flatMap((one) => (one.stacks === "all" ? [] : one.stacks)),
  ];
  const names = access.holders.map(({ name }) => name);
  return [
    ...[...new Set(named)]
      .filter((stack) => !stacks.includes(stack))
      .map((stack) => `there is no stack ${stack}; stacks: ${stacks.join(", ")}`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `holder ${name} is listed twice`),
    ...stacks
      .filter((stack) => holdersOf(access, stack).length === 0)
      .map((stack) => `nobody has access to ${stack}`),
  ];
}
