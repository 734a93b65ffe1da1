import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { remoteKubeconfig } from "../../model/cluster/k3s/kubeconfig";
import { KUBECONFIG_STEP } from "../../model/cluster/k3s/steps";
import { clientCertificateExpiry } from "../../model/cluster/kubeconfigExpiry";
import { Failure } from "../ground/terminal/failure";
import { runStep } from "../operate/machine/ssh";
import { machineOf, type Target } from "../operate/machine/target";
import { givenSecret } from "../operate/secrets/shape";
import { storeSecret } from "../operate/secrets/store";

interface Options {
  readonly out?: string;
  readonly identity?: string;
}

/** `mybinder machine kubeconfig`: an administrator's access with as much time left as K3s gives. */
export function kubeconfigCommand(): Command {
  return new Command("kubeconfig")
    .description(
      "Renew the administrator's kubeconfig if it expires within 45 days, and store it in a file or as the stack's secret",
    )
    .argument("<stack>", "a stack whose cluster is of kind k3s")
    .option("--out <file>", "write it to a new file that only you can read, instead of the secret")
    .option("--identity <file>", "root's private key; default: the keys that ssh offers")
    .action(async (stack: string, { out, identity }: Options) => {
      const target = machineOf(stack, identity, { managed: false });
      if (target.cluster.managed && out === undefined) throw new Failure(storedByPulumi(stack), 2);
      const kubeconfig = await fetched(target);
      if (out === undefined) {
        const { secretRecords } = target.config;
        await storeSecret(stack, givenSecret("kubeconfig"), kubeconfig, secretRecords["kubeconfig"]);
      } else write(out, kubeconfig);
      const where = out ?? `secret kubeconfig of Pulumi.${stack}.yaml, encrypted`;
      const until = clientCertificateExpiry(kubeconfig)?.toISOString().slice(0, 10);
      process.stderr.write(`wrote ${where}${until === undefined ? "" : `; good until ${until}`}\n`);
    });
}

function storedByPulumi(stack: string): string {
  return (
    `stack ${stack}: Pulumi manages this machine and its kubeconfig; renew it: ` +
    `pulumi up --stack ${stack} --replace '**cluster-kubeconfig' (or write a copy with --out FILE)`
  );
}

async function fetched({ stack, host, machine }: Target): Promise<string> {
  const { code, stdout, stderr } = await runStep(machine, KUBECONFIG_STEP);
  if (code !== 0) {
    throw new Failure(`stack ${stack}: could not read the kubeconfig on ${host}: ${stderr.trim()}`);
  }
  try {
    return remoteKubeconfig(stdout, stack, host);
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
}

/** Never over a file that is there: it may be readable by others, and may be another cluster's access. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new Failure(`nothing was written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
