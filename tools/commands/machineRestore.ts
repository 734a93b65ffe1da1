import { tableText } from "../ground/terminal/columns";
import { Command } from "commander";
import { Failure } from "../ground/terminal/failure";
import { listSnapshots, restoreSnapshot, type Snapshot } from "../operate/machine/snapshots";
import { machineOf } from "../operate/machine/target";

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
    .description("Restore K3s's datastore from a snapshot; after an interruption, the same command continues")
    .argument("<stack>", "a stack whose cluster is of kind k3s")
    .option("--list", "list the snapshots on the machine and in the bucket; changes nothing")
    .option("--json", "with --list: print as JSON")
    .option("--snapshot <name>", "snapshot to restore, as --list names it")
    .option("--yes", "restore it: every change in the cluster since the snapshot is lost")
    .option("--identity <file>", "root's private key; default: the keys that ssh offers")
    .action(async (stack: string, options: Options) => {
      const { snapshot, identity } = options;
      const target = machineOf(stack, identity, { managed: true });
      if (options.list) {
        process.stdout.write(shown(await listSnapshots(target), options.json));
        return;
      }
      if (snapshot === undefined) {
        throw new Failure("no snapshot named: use --snapshot NAME; --list shows the names", 2);
      }
      if (!NAME.test(snapshot)) {
        throw new Failure(`--snapshot: found ${JSON.stringify(snapshot)}; --list shows the names`, 2);
      }
      if (!options.yes) {
        throw new Failure(
          `This would restore the cluster of stack ${stack} from ${snapshot}: every object created or changed since would be ` +
            "lost; volumes keep their data. Nothing was changed. To restore, add --yes",
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
  const rows = snapshots.map(({ name, location, bytes, created }) => [
    name,
    created,
    `${(bytes / 1e6).toFixed(1)} MB`,
    location,
  ]);
  return tableText(rows, [2]);
}
