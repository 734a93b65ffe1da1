import { Command } from "commander";
import { commentCommand } from "./ci/comment";
import { deployCommand, deployedCommand, soakCommand } from "./ci/deploy";
import { driftCommand, driftIssueCommand } from "./ci/drift";
import { planCommand } from "./ci/plan";
import { previewCommand } from "./ci/preview";

/** `mybinder ci`: what the workflows in .github/workflows do, by the scripts in tools/ci/. Each runs by hand too. */
export function ciCommand(): Command {
  const command = new Command("ci").description("Do what a workflow does (tools/ci/); also by hand");
  for (const make of [
    planCommand,
    previewCommand,
    commentCommand,
    deployCommand,
    soakCommand,
    deployedCommand,
    driftCommand,
    driftIssueCommand,
  ]) {
    command.addCommand(make());
  }
  return command;
}
