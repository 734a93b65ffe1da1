import { Command } from "commander";
import { stackNames } from "../../../model/stack/stackFiles";
import { type Holder, holdersOf, wantedProvider } from "../../../secret/access";
import { ROOT } from "../../ground/root";
import { readAccess } from "../../operate/secrets/access";
import { foundProvider } from "../../operate/secrets/provider";
import { loadStackFile } from "../../ground/stackFile/stacks";

interface Row {
  readonly stack: string;
  /** Provider in the stack file; `null` as long as it has none. */
  readonly provider: string | null;
  readonly wanted: string;
  readonly holders: readonly Pick<Holder, "name" | "kind" | "contact" | "reason">[];
}

/** `mybinder secrets who`: who can decrypt, and with what. */
export function whoCommand(): Command {
  return new Command("who")
    .description(
      "List who can decrypt the secrets of the stacks (default: all): the provider in the stack file, the one in\n" +
        "secret/access.yaml, and the people and CI jobs that it lists",
    )
    .argument("[stacks...]")
    .option("--json", "print as JSON")
    .action((stacks: string[], { json }: { json?: true }) => {
      const rows = (stacks.length === 0 ? stackNames(ROOT) : stacks).map(row);
      process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : rows.map(render).join(""));
    });
}

function row(stack: string): Row {
  loadStackFile(stack);
  const access = readAccess();
  const holders = holdersOf(access, stack).map(({ name, kind, contact, reason }) => ({
    name,
    kind,
    contact,
    reason,
  }));
  return {
    stack,
    provider: foundProvider(stack) ?? null,
    wanted: wantedProvider(access, stack),
    holders,
  };
}

function render({ stack, provider, wanted, holders }: Row): string {
  const found = provider ?? "none yet";
  const address = JSON.stringify(wanted);
  const command =
    provider === null
      ? `pulumi stack init ${stack} --secrets-provider ${address}`
      : `pulumi stack change-secrets-provider ${address} --stack ${stack}`;
  const differs = provider === wanted ? "" : `, but secret/access.yaml says ${wanted}\n  ${command}`;
  const lines = holders.map(
    ({ name, kind, contact, reason }) => `  ${name} (${kind}, ${contact}): ${reason}\n`,
  );
  return `${stack}: ${found}${differs}\n${lines.join("")}`;
}
