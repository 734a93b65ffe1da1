import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Access, parseAccess } from "../../../secret/access";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";

/** The access list of the repository. Throws Failure (exit code 2) with everything that is wrong with its form. */
export function readAccess(): Access {
  const access = parseAccess(parse(readFileSync(join(ROOT, "secret", "access.yaml"), "utf8")));
  if (!Array.isArray(access)) return access;
  throw new Failure(
    `secret/access.yaml has problems:\n${access.map((problem) => `  ${problem}`).join("\n")}`,
    2,
  );
}
