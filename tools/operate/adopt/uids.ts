import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import type { Live } from "./plan";

/** The identity of each object that must outlive a take-over: its uid, by `Kind namespace/name`. */
export type Identities = Readonly<Record<string, string>>;

/** The identities of what is there. */
export function identitiesOf({ objects }: Live): Identities {
  return Object.fromEntries(
    objects.map(({ kind, metadata: { namespace, name, uid = "" } }) => [
      `${kind} ${[namespace, name].filter(Boolean).join("/")}`,
      uid,
    ]),
  );
}

/** What is gone, or was deleted and recreated, since `before`. */
export function lostSince(before: Identities, now: Identities): string[] {
  return Object.entries(before).flatMap(([object, uid]) => {
    if (now[object] === uid) return [];
    return [`${object} ${now[object] === undefined ? "is gone" : "was deleted and recreated"}`];
  });
}

/** Keeps the identities of the first call; those of a later one would say nothing about what came before. */
export function keepIdentities(environment: Environment, stack: string, identities: Identities): void {
  const file = fileOf(environment, stack);
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(identities, undefined, 2));
}

/** The identities that were kept. Throws Failure (exit code 2) when this machine has none of the stack. */
export function keptIdentities(environment: Environment, stack: string): Identities {
  const file = fileOf(environment, stack);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Identities;
  throw new Failure(
    `no earlier state to compare with (${file}): npx mybinder adopt ${stack} --kubeconfig FILE --yes writes it, on this machine`,
    2,
  );
}

function fileOf({ state }: Environment, stack: string): string {
  return join(state, "adopt", `${stack}.json`);
}
