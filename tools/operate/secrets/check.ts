import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SecretRecord } from "../../../model/schema/secrets";
import { overlaps } from "../../../model/values/overrides";
import { readStackFile, stackNames } from "../../../model/stack/stackFiles";
import { encryptedKeys } from "../../../model/stack/encrypted";
import { accessProblems, wantedProvider } from "../../../secret/access";
import { ciphertextDigest } from "../../../secret/fingerprint";
import { fileDigest, secretFile, secretFilesIn } from "../../../secret/kept";
import { givenSecrets } from "../../../secret/given";
import type { Records } from "../../../secret/records";
import { strayRotations } from "../../../secret/rotation";
import { ROOT } from "../../ground/root";
import { loadStackFile, publicConfig } from "../../ground/stackFile/stacks";
import { readAccess } from "./access";
import { rotationsUnderWay, sharingProblems } from "./checkSharing";
import { foundProvider } from "./provider";
import type { SecretProblem } from "./secretProblem";
import { ciphertextIn, secretsOfStacks } from "./state";

/** Everything that is wrong with the secrets of all stacks, from the repository alone: nothing is decrypted. */
export function secretProblems(now: Date): SecretProblem[] {
  const stacks = stackNames(ROOT);
  const misplaced = misplacedSecrets(stacks);
  // such a stack cannot be read any further
  if (misplaced.length > 0) return misplaced;
  const access = readAccess();
  return [
    ...accessProblems(access, stacks).map((problem) => ({
      file: "secret/access.yaml",
      problem,
      fix: "edit the file",
    })),
    ...wrongStates(now),
    ...stacks.flatMap((stack) => [...recordProblems(stack), ...rotationProblems(stack)]),
    ...fileProblems(stacks),
    ...stacks.flatMap((stack) => providerProblems(stack, wantedProvider(access, stack))),
    ...sharingProblems(recordsOfStacks(stacks)),
  ];
}

/** What is encrypted outside of the catalogue, in an override for instance: the program would lay it in clear into the state. */
function misplacedSecrets(stacks: readonly string[]): SecretProblem[] {
  return stacks.flatMap((stack) =>
    encryptedKeys(publicConfig(stack)).map((key) => {
      const path = key.replace(/^mybinder:overrides\[\d+\]\.values\./, "");
      const own = givenSecrets.find(({ values }) => values.some((one) => overlaps(path, one)));
      const set = `npx mybinder secrets set ${own?.key ?? "KEY"} --stack ${stack} --file FILE`;
      const where = own
        ? set
        : `${set}, with a key of docs/secret-catalogue.md or a new one in secret/given.ts`;
      return {
        file: `Pulumi.${stack}.yaml`,
        problem: `${key} is encrypted, but Pulumi's state holds it in clear since the first deploy with it`,
        fix: `revoke it where it came from; pulumi config rm --path '${key}' --stack ${stack}; set a new one: ${where}`,
      };
    }),
  );
}

/** Days before its end from which a secret is called out. */
const SOON_DAYS = 45;

/** What nothing is wrong with yet: secrets of all stacks that end soon, and rotations that are under way. */
export function pendingSecrets(now: Date): SecretProblem[] {
  if (misplacedSecrets(stackNames(ROOT)).length > 0) return [];
  const ending = secretsOfStacks([], now)
    .filter(({ expiresInDays = SOON_DAYS }) => expiresInDays > 0 && expiresInDays < SOON_DAYS)
    .map(({ stack, key, expiresInDays }) => ({
      file: `Pulumi.${stack}.yaml`,
      problem: `${key} of ${stack} ends in ${String(expiresInDays)} days`,
      fix: `npx mybinder secrets rotate ${key} --stack ${stack}`,
    }));
  return [...ending, ...rotationsUnderWay(recordsOfStacks(stackNames(ROOT)))];
}

function wrongStates(now: Date): SecretProblem[] {
  return secretsOfStacks([], now).flatMap(({ stack, key, state, expiresInDays = 1, expires = "" }) => {
    const file = `Pulumi.${stack}.yaml`;
    if (state === "plain text") {
      const fix = `everybody with the repository can read it: revoke it, then set a new one (npx mybinder secrets rotate ${key} --stack ${stack})`;
      return [{ file, problem: `mybinder:${key} is plain text`, fix }];
    }
    if (state === "unused") {
      const fix = `revoke it, then: pulumi config rm ${key} --stack ${stack}`;
      return [{ file, problem: `mybinder:${key} is unused`, fix }];
    }
    if (expiresInDays > 0) return [];
    const fix = `npx mybinder secrets rotate ${key} --stack ${stack}`;
    return [{ file, problem: `mybinder:${key} ended on ${expires}`, fix }];
  });
}

function recordsOf(stack: string): Readonly<Record<string, SecretRecord>> {
  return loadStackFile(stack).stack.config.secretRecords;
}

function recordsOfStacks(stacks: readonly string[]): Records {
  return Object.fromEntries(stacks.map((stack) => [stack, recordsOf(stack)]));
}

/** Every ciphertext has a record of just that ciphertext, or nothing could be said about its value. */
function recordProblems(stack: string): SecretProblem[] {
  const raw = readStackFile(ROOT, stack) ?? {};
  const records = recordsOf(stack);
  const file = `Pulumi.${stack}.yaml`;
  const fix = `npx mybinder secrets record --stack ${stack} (needs access to the stack)`;
  const wrong = givenSecrets.flatMap(({ key }) => {
    const ciphertext = ciphertextIn(raw[key]);
    const record = records[key];
    if (ciphertext === undefined) return record ? [`has a record of ${key}, which is not set`] : [];
    if (!record) return [`has no record of mybinder:${key}: it was not set by mybinder secrets set`];
    return record.ciphertext === ciphertextDigest(ciphertext)
      ? []
      : [`the record of mybinder:${key} does not match its value, which was encrypted again since`];
  });
  return wrong.map((problem) => ({ file, problem, fix }));
}

/** Each long secret has the file that its record is of, and each file belongs to one. */
function fileProblems(stacks: readonly string[]): SecretProblem[] {
  const files = secretFilesIn(ROOT);
  const missing = stacks.flatMap((stack) =>
    Object.entries(recordsOf(stack)).flatMap(([key, { file: digest }]) => {
      const file = secretFile(stack, key);
      const path = join(ROOT, file);
      const whole = existsSync(path) && fileDigest(readFileSync(path, "utf8")) === digest;
      if (digest === undefined || whole) return [];
      const problem = `mybinder:${key} of ${stack} is in this file, which is missing or holds another value`;
      const fix = `commit it with Pulumi.${stack}.yaml, or: npx mybinder secrets set ${key} --stack ${stack} --file FILE`;
      return [{ file, problem, fix }];
    }),
  );
  const stray = files.filter(
    ({ stack, key }) => !stacks.includes(stack) || recordsOf(stack)[key]?.file === undefined,
  );
  return [
    ...missing,
    ...stray.map(({ file, stack, key }) => ({
      file,
      problem: `Pulumi.${stack}.yaml does not refer to this file for mybinder:${key}`,
      fix: `git rm ${file}, or npx mybinder secrets record --stack ${stack} (needs access to the stack)`,
    })),
  ];
}

function rotationProblems(stack: string): SecretProblem[] {
  return strayRotations(loadStackFile(stack).stack.config).map((key) => ({
    file: `Pulumi.${stack}.yaml`,
    problem: `mybinder:secretRotations has ${key}, which the stack does not generate`,
    fix: "remove the line",
  }));
}

/** Held against the list only when there is something to decrypt: a stack without secrets may have any provider. */
function providerProblems(stack: string, wanted: string): SecretProblem[] {
  const raw = readStackFile(ROOT, stack) ?? {};
  const found = foundProvider(stack);
  const encrypted = givenSecrets.some(({ key }) => ciphertextIn(raw[key]) !== undefined);
  if (!encrypted || found === wanted) return [];
  const problem = `secrets are encrypted with ${found ?? "nothing that the file names"}, wanted: ${wanted}`;
  const fix = `pulumi stack change-secrets-provider ${JSON.stringify(wanted)} --stack ${stack}, then npx mybinder secrets record --stack ${stack}`;
  return [{ file: `Pulumi.${stack}.yaml`, problem, fix }];
}
