import type { Stack } from "../model/stack/config";
import { ConfigError } from "../model/stack/configError";
import { diffValues } from "../model/values/diffValues";
import { overlaps } from "../model/values/overrides";
import { servesLaunches } from "../model/federation/federation";
import type { StackConfig } from "../model/schema/stack";
import { patternProblem } from "../model/values/pattern";
import { patternProblems, patternsIn } from "../model/values/pattern/places";
import { secretsOf } from "./catalogue";
import type { Secret } from "./types";

/** A path of the meta chart's values that is laid over the overrides, so that an override there would have no effect. */
export interface Claim {
  readonly path: string;
  /** What is laid over it, in words. */
  readonly by: string;
  /** What an operator does instead of an override. */
  readonly instead: string;
}

/** Everything that is laid over the overrides of a stack: its secrets, set or not, and the passwords of its registry. */
export function claimsOf({ name, config }: Pick<Stack, "name" | "config">): Claim[] {
  const ownHarbor = servesLaunches(config) && config.registry.kind === "harbor";
  return [
    ...secretsOf(config).flatMap((secret) =>
      pathsOf(secret).map((path) => ({ path, ...claimOf(name, secret) })),
    ),
    ...(ownHarbor
      ? [
          {
            path: "harborSetup.secrets",
            by: "the passwords of Harbor's robot accounts",
            instead: "the accounts follow from mybinder:registry (docs/registry.md)",
          },
        ]
      : []),
  ];
}

/** Throws ConfigError with every override that has no effect, or that its program could not read. */
export function checkOverrides(stack: Stack): void {
  const problems = overrideProblems(stack);
  if (problems.length > 0) throw new ConfigError(stack.name, problems);
}

/** What is wrong with the overrides of a stack, each with its key and what to do. */
export function overrideProblems(stack: Pick<Stack, "name" | "config">): string[] {
  const claims = claimsOf(stack);
  return [...boostProblems(stack.config), ...overrideProblemsOf(stack, claims)];
}

/** Boosts whose pattern BinderHub could not compile, which would make every launch of their provider an error. */
function boostProblems(config: StackConfig): string[] {
  if (!servesLaunches(config)) return [];
  return config.boosts.flatMap(({ repositories }, index) => {
    const problem = patternProblem(repositories);
    return problem === undefined ? [] : [`mybinder:boosts[${String(index)}].repositories: ${problem}`];
  });
}

function overrideProblemsOf(stack: Pick<Stack, "name" | "config">, claims: readonly Claim[]): string[] {
  return stack.config.overrides.flatMap(({ values }, index) => {
    const key = `mybinder:overrides[${String(index)}].values`;
    const hidden = diffValues({}, values).flatMap(({ path, right }) => {
      const claim = isEmptyMap(right) ? undefined : claims.find((one) => overlaps(path, one.path));
      if (!claim) return [];
      const at = claim.path === path ? "" : `, at ${claim.path}`;
      return [`${key}.${path}: has no effect: it is hidden by ${claim.by}${at}; instead: ${claim.instead}`];
    });
    return [...hidden, ...patternProblems(patternsIn(values)).map((problem) => `${key}.${problem}`)];
  });
}

/** Every path of the meta chart's values that a secret fills. */
export function pathsOf(secret: Secret): string[] {
  const { values } = secret;
  if (secret.source === "generated") return [...values, ...(secret.htpasswd ? [secret.htpasswd.path] : [])];
  return [...values, secret.enables, secret.digest].filter((path) => path !== undefined);
}

function claimOf(stack: string, { key, source }: Secret): Omit<Claim, "path"> {
  return source === "given"
    ? { by: `the secret ${key}`, instead: `npx mybinder secrets set ${key} --stack ${stack} --file FILE` }
    : { by: `the generated secret ${key}`, instead: `npx mybinder secrets rotate ${key} --stack ${stack}` };
}

function isEmptyMap(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}
