import * as command from "@pulumi/command/remote";
import * as pulumi from "@pulumi/pulumi";
import type { K3sConfig } from "../../model/schema/stack";
import type { Cluster } from "./cluster";
import { remoteKubeconfig } from "../../model/cluster/k3s/kubeconfig";
import {
  KUBECONFIG_STEP,
  machineSteps,
  RUN_STEP,
  type Step,
  stepDigest,
  stepInput,
  textDigest,
  withSecrets,
} from "../../model/cluster/k3s/steps";

/** One machine, reached by SSH as root, that is to run K3s. */
export interface K3sMachineArgs {
  readonly stack: string;
  readonly cluster: K3sConfig;
  /** Name or address that its API server's certificate is good for. */
  readonly host: string;
  /** Where the machine is reached, when that is not `host`. */
  readonly address: pulumi.Output<string> | undefined;
  /** The machine's public host key; another one ends the connection. */
  readonly hostKey: string;
  /** Private key (OpenSSH) of root. */
  readonly privateKey: pulumi.Output<string>;
  /** What must be there before it can be reached. */
  readonly after: readonly pulumi.Resource[];
  /** K3s' secret settings by their names in its configuration; empty: there are none. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * A machine made what its stack file says, step by step over SSH. A step runs again when its script or its parameters
 * change, and no other with it; there is nothing to run when one is deleted or renamed.
 */
export class K3sMachine extends pulumi.ComponentResource implements Cluster {
  readonly kubeconfig: pulumi.Output<string>;
  readonly context = undefined;
  readonly address: pulumi.Output<string> | undefined;
  readonly parts: readonly pulumi.Resource[];

  constructor(name: string, args: K3sMachineArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:K3sMachine", name, {}, opts);
    const { stack, cluster, host, address } = args;
    this.address = address;
    this.parts = [this, ...args.after];
    const steps = machineSteps(cluster, host);
    let previous: pulumi.Resource[] = [...args.after];
    for (const step of steps) previous = [this.step(name, step, [stepDigest(step)], args, previous)];
    // Read again when what makes it changes: the version, and the names in the certificate.
    const triggers = [
      KUBECONFIG_STEP,
      ...steps.filter(({ name }) => name === "install" || name === "server"),
    ].map(stepDigest);
    const { stdout } = this.step(name, KUBECONFIG_STEP, triggers, args, previous);
    this.kubeconfig = pulumi.secret(
      pulumi.all([stdout, address]).apply(([text, reached]) => remoteKubeconfig(text, stack, host, reached)),
    );
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }

  private step(
    name: string,
    step: Step,
    triggers: string[],
    args: K3sMachineArgs,
    dependsOn: pulumi.Resource[],
  ): command.Command {
    const { host, address, hostKey, cluster, privateKey } = args;
    const secret = step === KUBECONFIG_STEP;
    const input = step.name === "secrets" ? secretInput(step, args) : undefined;
    return new command.Command(
      `${name}-${step.name}`,
      {
        connection: {
          host: address ?? host,
          port: cluster.sshPort,
          user: "root",
          privateKey,
          hostKey,
          dialErrorLimit: 5,
          perDialTimeout: 15,
        },
        create: RUN_STEP,
        // With an update, a changed step is an update; without, it would be a replacement.
        update: RUN_STEP,
        stdin: input ?? stepInput(step),
        triggers: input ? [...triggers, input.apply(textDigest)] : triggers,
        addPreviousOutputInEnv: false,
        logging: secret ? command.Logging.Stderr : command.Logging.StdoutAndStderr,
      },
      {
        parent: this,
        dependsOn,
        ...(secret && { additionalSecretOutputs: ["stdout"] }),
      },
    );
  }
}

/** The step with what it must not show: both the input and what follows from it are secret. `undefined`: nothing is. */
function secretInput(step: Step, { secrets }: K3sMachineArgs): pulumi.Output<string> | undefined {
  if (Object.keys(secrets).length === 0) return undefined;
  return pulumi.secret(pulumi.output(secrets).apply((settings) => stepInput(withSecrets(step, settings))));
}
