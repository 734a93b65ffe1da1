import { Command } from "commander";
import { checkCommand } from "./secrets/check";
import { listCommand, missingCommand } from "./secrets/list";
import { recordCommand } from "./secrets/record";
import { revokeListCommand } from "./secrets/revokeList";
import { rotateCommand } from "./secrets/rotate";
import { setCommand } from "./secrets/set";
import { shareCommand } from "./secrets/share";
import { whoCommand } from "./secrets/who";

/** `mybinder secrets …`: the secrets of the stacks, by name; no value is ever shown. */
export function secretsCommand(): Command {
  return new Command("secrets")
    .description("Manage the secrets of the stacks; values are never shown")
    .addCommand(listCommand())
    .addCommand(missingCommand())
    .addCommand(setCommand())
    .addCommand(shareCommand())
    .addCommand(rotateCommand())
    .addCommand(whoCommand())
    .addCommand(revokeListCommand())
    .addCommand(recordCommand())
    .addCommand(checkCommand());
}
