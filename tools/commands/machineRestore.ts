import { Command } from "commander";
import { Failure } from "../failure";
import { listSnapshots, restoreSnapshot, type Snapshot } from "../machine/snapshots";
import { machineOf } from "../machine/target";

interface Options {
  readonly list?: true;
  readonly json?: true;
  readonly snapshot?: string;
  readonly yes?: true;
  readonly identity?: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** `mybinder machine restore`: the datastore of a K3s machine, back to a snapshot. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("Put K3s' datastore back to a snapshot; run again after an interruption, it continues")
    .argument("<stack>", "a stack whose cluster is of kind k3s")
    .option("--list", "show the snapshots there are, on the machine and in the bucket; changes nothing")
    .option("--json", "with --list: print as JSON")
    .option("--snapshot <name>", "the snapshot to go back to, by its name in the list")
    .option("--yes", "really do it: what happened in the cluster since the snapshot is gone")
    .option("--identity <file>", "private key of root; default: what ssh offers by itself")
    .action(async (stack: string, options: Options) => {
      const { snapshot, identity } = options;
      const target = machineOf(stack, identity, { managed: true });
      if (options.list) {
        process.stdout.write(shown(await listSnapshots(target), options.json));
        return;
      }
      if (snapshot === undefined) throw new Failure("name a snapshot with --snapshot, or see --list", 2);
      if (!NAME.test(snapshot)) throw new Failure(`${JSON.stringify(snapshot)} is no snapshot's name`, 2);
      if (!options.yes) {
        throw new Failure(
          `This puts the cluster of ${stack} back to ${snapshot}: every object made or changed since is gone, volumes keep ` +
            "their data. Nothing was done; add --yes",
          2,
        );
      }
      process.stdout.write(`${await restoreSnapshot(target, snapshot, identity)}\n`);
      process.stderr.write(`Now: pulumi up --stack ${stack} --refresh --replace '**cluster-kubeconfig'\n`);
    });
}

function shown(snapshots: readonly Snapshot[], json: true | undefined): string {
  if (json) return `${JSON.stringify(snapshots, undefined, 2)}\n`;
  if (snapshots.length === 0) return "no snapshot\n";
  const width = Math.max(...snapshots.map(({ name }) => name.length));
  return snapshots
    .map(
      ({ name, location, bytes, created }) =>
        `${name.padEnd(width)}  ${created}  ${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${location}\n`,
    )
    .join("");
}
