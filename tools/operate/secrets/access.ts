import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Access, accessSchema } from "../../../secret/access";
import { Failure } from "../../ground/terminal/failure";
import { ROOT } from "../../ground/root";

/** The access list of the repository. Throws Failure (exit code 2) with everything that is wrong with its form. */
export function readAccess(): Access {
  const { data, error } = accessSchema.safeParse(
    parse(readFileSync(join(ROOT, "secret", "access.yaml"), "utf8")),
  );
  if (data) return data;
  const lines = error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Failure(`secret/access.yaml has problems:\n${lines.join("\n")}`, 2);
}
