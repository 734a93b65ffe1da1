import { apply } from "./apply";
import { readJson } from "../readJson";
import { type Config, secretsIn } from "./config";
import { prune } from "./prune";
import { Run } from "./run";

/*
 * harbor-setup apply|prune CONFIG SECRETS
 *   CONFIG   config.json: what Harbor has to be like
 *   SECRETS  folder of passwords, one file each
 * apply makes Harbor so and changes nothing when it is; prune removes empty repositories.
 */
const [command = "", config = "", secrets = ""] = process.argv.slice(2);

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function work(): Promise<void> {
  const run = new Run(readJson(config) as Config, secretsIn(secrets), log);
  if (command === "apply") await apply(run);
  else if (command === "prune") await prune(run);
  else throw new Error(`there is no command ${command}; commands: apply, prune`);
  log(run.changes.length === 0 ? "nothing to change" : `${String(run.changes.length)} changes`);
}

work().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
