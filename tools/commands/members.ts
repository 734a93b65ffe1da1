import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type MemberPlan, type NewMember, planAdd, planRemove } from "../members/plan";
import { ROOT } from "../root";

interface AddOptions {
  readonly domain: string;
  readonly host: string;
  readonly hostKey: string;
  readonly cpus: number;
  readonly memory: number;
  readonly disk: number;
  readonly dataDisk?: number;
  readonly bucket?: string;
  readonly endpoint?: string;
  readonly weight: number;
  readonly proxy: string;
}

/** `mybinder members add | remove`: a member is one stack file and one line in the proxy's. */
export function membersCommand(): Command {
  const command = new Command("members").description(
    "Add or remove a member of the federation: two files, nothing else",
  );
  command
    .command("add <name>")
    .description(
      "Write the member's stack file and its line in the proxy's; print what remains to be done outside",
    )
    .requiredOption("--domain <domain>", "domain below which its hosts are")
    .requiredOption("--host <address>", "where SSH reaches the machine")
    .requiredOption("--host-key <key>", "its public key: ssh-keyscan -t ecdsa HOST, without the host")
    .requiredOption("--cpus <count>", "CPUs of the machine", number)
    .requiredOption("--memory <GiB>", "its memory", number)
    .requiredOption("--disk <GiB>", "its system disk", number)
    .option("--data-disk <GiB>", "a second disk, for builds", number)
    .option("--bucket <name>", "S3 bucket of a registry of its own (Harbor)")
    .option("--endpoint <url>", "S3 endpoint of the bucket")
    .option("--weight <weight>", "share of new repositories to begin with", number, 0)
    .option("--proxy <stack>", "the stack that answers for the federation", "prod")
    .action((name: string, options: AddOptions) => {
      carryOut(planAdd(newMember(name, options, command), options.proxy, text));
    });
  command
    .command("remove <name>")
    .description(
      "Remove the member's stack file and its line in the proxy's; print what remains to be done outside",
    )
    .option("--proxy <stack>", "the stack that answers for the federation", "prod")
    .action((name: string, { proxy }: { proxy: string }) => {
      carryOut(planRemove(name, proxy, text));
    });
  return command;
}

function newMember(name: string, options: AddOptions, command: Command): NewMember {
  const { domain, host, hostKey, cpus, memory, disk, dataDisk, bucket, endpoint, weight } = options;
  if ((bucket === undefined) !== (endpoint === undefined)) {
    command.error("--bucket and --endpoint go together", { exitCode: 2 });
  }
  return {
    name,
    domain,
    host,
    hostKey,
    cpus,
    memoryGiB: memory,
    diskGiB: disk,
    ...(dataDisk !== undefined && { dataDiskGiB: dataDisk }),
    ...(bucket !== undefined && endpoint !== undefined && { s3: { bucket, endpoint } }),
    weight,
  };
}

function text(stack: string): string | undefined {
  const file = join(ROOT, `Pulumi.${stack}.yaml`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Writes every file whole, or none: all are written beside their places first. */
function carryOut({ files, steps }: MemberPlan): void {
  const written = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [file, content] of written) writeFileSync(join(ROOT, `${file}.new`), content);
  for (const [file] of written) renameSync(join(ROOT, `${file}.new`), join(ROOT, file));
  for (const [file, content] of Object.entries(files)) {
    if (content === undefined) rmSync(join(ROOT, file));
    process.stdout.write(`${content === undefined ? "removed" : "wrote"} ${file}\n`);
  }
  process.stdout.write(
    `\nWhat remains:\n${steps.map((step, index) => `${String(index + 1)}. ${step}`).join("\n")}\n`,
  );
}

function number(value: string): number {
  const parsed = Number(value);
  if (value.trim() === "" || !Number.isFinite(parsed)) throw new InvalidArgumentError("a number");
  return parsed;
}
