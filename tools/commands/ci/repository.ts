import { ciEnvironment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import type { Repository } from "../../operate/ci/github";

/** The repository that a workflow writes to. Throws Failure (exit code 2) outside of one. */
export function repository(): Repository {
  const { api, repository: name, token } = ciEnvironment();
  if (name === undefined || token === undefined) {
    throw new Failure("set GITHUB_REPOSITORY (owner/name) and GITHUB_TOKEN, as a workflow does", 2);
  }
  return { api, name, token };
}
