import { Argument, Command } from "commander";
import { type Lifecycle, LIFECYCLES } from "../../../model/schema/lifecycles";
import { stackNames } from "../../../model/stack/stackFiles";
import { planLifecycle } from "../../operate/members/lifecycle";
import { planRemove } from "../../operate/members/plan";
import { ROOT } from "../../ground/root";
import { addCommand } from "./add";
import { apply } from "./apply";
import { checkCommand } from "./check";
import { retireCommand } from "./retire";

const PROXY = ["--proxy <stack>", "the stack that answers for the federation", "prod"] as const;

/** `mybinder members`: a member is one stack file and one line in the proxy's. */
export function membersCommand(): Command {
  const command = new Command("members")
    .description("Add, check, pause or remove a member of the federation")
    .addCommand(addCommand())
    .addCommand(checkCommand())
    .addCommand(retireCommand());
  command
    .command("remove <name>")
    .description("Remove the member's stack file and its entry in the proxy's; print the remaining steps")
    .option(...PROXY)
    .action(async (name: string, { proxy }: { proxy: string }) => {
      await apply((stackFile) => planRemove(name, proxy, stackFile, stackNames(ROOT)));
    });
  command
    .command("lifecycle")
    .argument("<name>", "the member")
    .addArgument(new Argument("<state>", "the new lifecycle").choices(LIFECYCLES))
    .description("Drain, pause, retire or reactivate a member: changes one line of its stack file")
    .option(...PROXY)
    .action(async (name: string, state: Lifecycle, { proxy }: { proxy: string }) => {
      await apply((stackFile) => planLifecycle(name, state, proxy, stackFile));
    });
  return command;
}
