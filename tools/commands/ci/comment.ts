import { readFileSync, statSync } from "node:fs";
import { Command } from "commander";
import { ciEnvironment } from "../../../environment";
import { Failure } from "../../ground/terminal/failure";
import { commentOnRun, workflowRunSchema } from "../../operate/ci/comment";
import { previewMarkdown, previewSchema } from "../../operate/ci/preview";
import { repository } from "./repository";

const MOST_BYTES = 20_000_000;

/** `mybinder ci comment`: the comment on a pull request, from what a workflow without rights left. */
export function commentCommand(): Command {
  return new Command("comment")
    .description("Write a preview as the one comment of its pull request; the preview is not trusted")
    .requiredOption("--preview <file>", "preview.json of `ci preview`")
    .action(async ({ preview: file }: { preview: string }) => {
      const { eventFile } = ciEnvironment();
      if (eventFile === undefined) {
        throw new Failure("GITHUB_EVENT_PATH is not set: this runs in a workflow", 2);
      }
      const event = workflowRunSchema.parse(JSON.parse(readFileSync(eventFile, "utf8")));
      const preview = previewSchema.safeParse(parsed(file));
      const link = event.workflow_run.html_url;
      const text = preview.success
        ? previewMarkdown(preview.data, link)
        : `The preview of this change cannot be read. [Its run](${link}) says more.\n`;
      const result = await commentOnRun(repository(), event.workflow_run, text);
      process.stdout.write(
        result.done === "none"
          ? `no comment: ${result.why}\n`
          : `${result.done} the comment on #${String(result.number)}\n`,
      );
    });
}

/** JSON of somebody else's; `undefined` for what is missing, too long or no JSON. */
function parsed(file: string): unknown {
  try {
    return statSync(file).size > MOST_BYTES ? undefined : (JSON.parse(readFileSync(file, "utf8")) as unknown);
  } catch {
    return undefined;
  }
}
