import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { ciEnvironment, environment } from "../../../environment";
import { stackNames } from "../../../model/stack/stackFiles";
import { Failure } from "../../ground/terminal/failure";
import { toStderr } from "../../ground/terminal/report";
import { interruptSignal } from "../../ground/terminal/signals";
import { ROOT } from "../../ground/root";
import { loadStackFile } from "../../ground/stackFile/stacks";
import { rehearse } from "../../lab/rehearse/rehearse";
import { summary } from "../../lab/rehearse/table";
import { chartChanges } from "../../operate/ci/charts";
import { type Preview, previewMarkdown, previewSchema } from "../../operate/ci/preview";
import { diffRefs } from "../diff/programs";

interface Options {
  readonly base: string;
  readonly out: string;
}

const MOST_IN_SUMMARY = 900_000;

/** `mybinder ci preview`: what a pull request changes, without any login. */
export function previewCommand(): Command {
  return new Command("preview")
    .description("Compare every stack with a base, rehearse those that differ, and write both to a folder")
    .requiredOption("--base <ref>", "the commit to compare with")
    .requiredOption("--out <dir>", "folder for preview.json, which `ci comment` reads, and preview.md")
    .action(async ({ base, out }: Options) => {
      const charts = await chartChanges(base);
      // New charts have new schemas, which helm holds our values against: stand-ins would say nothing.
      const diff = await diffRefs({ base, head: undefined }, [], charts.length > 0 ? "real" : "auto");
      const affected = diff.stacks.filter(({ objects }) => objects.length > 0).map(({ stack }) => stack);
      const rehearsals = await rehearsed(affected.filter((stack) => stackNames(ROOT).includes(stack)));
      const preview: Preview = previewSchema.parse({ diff, rehearsals, charts });
      const { runUrl, summaryFile } = ciEnvironment();
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, "preview.json"), JSON.stringify(preview));
      const text = previewMarkdown(preview, runUrl, MOST_IN_SUMMARY);
      writeFileSync(join(out, "preview.md"), text);
      if (summaryFile !== undefined) appendFileSync(summaryFile, text);
      process.stdout.write(previewMarkdown(preview, runUrl));
      const failed = rehearsals.filter(({ ok }) => !ok).map(({ stack }) => stack);
      if (failed.length > 0) throw new Failure(`the rehearsal failed: ${failed.join(", ")}`);
    });
}

async function rehearsed(stacks: readonly string[]): Promise<Preview["rehearsals"]> {
  if (stacks.length === 0) return [];
  const results = await rehearse({
    stacks: stacks.map((stack) => loadStackFile(stack)),
    charts: "auto",
    keep: false,
    rolloutTimeout: 120,
    parallel: 2,
    environment: environment(),
    report: toStderr,
    signal: interruptSignal(),
  });
  return results.map(({ stack, ok, registrations, problems }) => ({
    stack,
    ok,
    summary: `${summary(registrations).split(",")[0] ?? ""} accepted`,
    problems: problems.slice(0, 100).map((problem) => problem.slice(0, 4000)),
  }));
}
