import { Address, AttachedDisk, Disk, Firewall, Instance, Network, Subnetwork } from "@pulumi/gcp/compute";
import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { DATA_DISK_NAME } from "../../model/cluster/k3sMachine";
import { googleDiskType } from "../../model/cluster/machines";
import type { K3sConfig } from "../../model/schema/stack";

/** A machine on Google Compute Engine that is to run K3s. */
export interface GoogleVmArgs {
  /** Name of the machine: the stack's. */
  readonly stack: string;
  readonly vm: NonNullable<K3sConfig["googleVm"]>;
  /** Port of its sshd. */
  readonly sshPort: number;
  /** Its public host key, as the stack file pins it, and the private half. */
  readonly hostKey: string;
  readonly hostPrivateKey: pulumi.Output<string>;
  /** Refuse to delete it. Address and data disk are never deleted. */
  readonly protect: boolean;
}

/** The newest image of a long-term release at the time that the machine is made; it is not remade for a newer one. */
const IMAGE = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64";

/** A provider of its own, and the machine with it: default providers are off in every stack. */
export function googleVm(name: string, args: GoogleVmArgs): GoogleVm {
  const { project, zone } = args.vm;
  const provider = new Provider(`${name}-google`, { project, zone });
  return new GoogleVm(name, args, { providers: { gcp: provider } });
}

/**
 * The machine, its address, its disks and who may reach it. Its host key is drawn by the operator, pinned in the stack
 * file and put in place by cloud-init before sshd first answers, so that not even the first connection is taken on trust.
 * What is paid for that: the private half is in the machine's metadata, which whoever may view the project can read. Such
 * a reader could pose as this machine, and not log in to it. Pods reach no metadata, by their network policy.
 *
 * The machine has no account at Google, so nothing on it can ask Google for a token.
 */
export class GoogleVm extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>;
  /** What must be there before the machine can be reached and its data disk used. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: GoogleVmArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:GoogleVm", name, {}, opts);
    const { stack, vm, sshPort, protect } = args;
    const { project, zone } = vm;
    const region = zone.replace(/-[a-z]$/, "");
    const kept = { parent: this, protect: true, retainOnDelete: true };
    const address = new Address(
      `${name}-address`,
      { project, region, name: stack, addressType: "EXTERNAL" },
      kept,
    );
    const data = new Disk(
      `${name}-data`,
      { project, zone, name: `${stack}-data`, size: vm.dataDiskGiB, type: googleDiskType(vm.machineType) },
      kept,
    );
    // Google's default network lets the whole world reach sshd.
    const network = new Network(
      `${name}-network`,
      { project, name: stack, autoCreateSubnetworks: false },
      { parent: this },
    );
    const subnetwork = new Subnetwork(
      `${name}-subnetwork`,
      { project, region, name: stack, network: network.id, ipCidrRange: "10.128.0.0/24" },
      { parent: this },
    );
    const instance = new Instance(`${name}-instance`, instanceArgs(args, subnetwork.id, address.address), {
      parent: this,
      protect,
      // A new image is a new machine, and the disk is attached by a resource of its own.
      ignoreChanges: ["bootDisk.initializeParams.image", "attachedDisks"],
      deleteBeforeReplace: true,
    });
    const attached = new AttachedDisk(
      `${name}-attached`,
      { project, zone, instance: instance.id, disk: data.id, deviceName: DATA_DISK_NAME },
      { parent: this, deleteBeforeReplace: true },
    );
    const open = (what: string, sourceRanges: string[], ports: number[]): Firewall =>
      new Firewall(
        `${name}-${what}`,
        {
          project,
          name: `${stack}-${what}`,
          network: network.id,
          direction: "INGRESS",
          sourceRanges,
          targetTags: [stack],
          allows: [{ protocol: "tcp", ports: ports.map(String) }],
        },
        { parent: this },
      );
    const ssh = open("ssh", vm.sshFrom, [sshPort]);
    // 6443: the API server, whose clients have certificates; deploys come from anywhere.
    const web = open("web", ["0.0.0.0/0"], [80, 443, 6443]);
    this.address = address.address;
    this.ready = [attached, ssh, web];
    this.registerOutputs({ address: this.address });
  }
}

function instanceArgs(
  { stack, vm, hostKey, hostPrivateKey }: GoogleVmArgs,
  subnetwork: pulumi.Output<string>,
  natIp: pulumi.Output<string>,
): ConstructorParameters<typeof Instance>[1] {
  const { project, zone, machineType, diskGiB, sshPublicKey } = vm;
  return {
    project,
    zone,
    name: stack,
    machineType,
    tags: [stack],
    labels: { "part-of": "mybinder", stack },
    bootDisk: {
      autoDelete: true,
      initializeParams: { image: IMAGE, size: diskGiB, type: googleDiskType(machineType) },
    },
    networkInterfaces: [{ subnetwork, accessConfigs: [{ natIp, networkTier: "PREMIUM" }] }],
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    allowStoppingForUpdate: true,
    metadata: {
      "block-project-ssh-keys": "TRUE",
      "serial-port-enable": "FALSE",
      "user-data": pulumi.secret(
        hostPrivateKey.apply((privateKey) => cloudInit({ sshPublicKey, hostKey, privateKey })),
      ),
    },
  };
}

/** What the machine does at its first boot, and only then. */
export function cloudInit(keys: { sshPublicKey: string; hostKey: string; privateKey: string }): string {
  return `#cloud-config\n${stringify({
    disable_root: false,
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: {
      ecdsa_private: `${keys.privateKey.trim()}\n`,
      ecdsa_public: keys.hostKey,
    },
    users: [{ name: "root", ssh_authorized_keys: [keys.sshPublicKey] }],
    packages: ["xfsprogs", "fdisk"],
  })}`;
}
