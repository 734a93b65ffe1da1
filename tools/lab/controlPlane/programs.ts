import { basename, join } from "node:path";

import type { Toolchain, ToolName } from "../kube/toolchain";
import type { Folders } from "./folders";

/** The programs of a control plane, in the order in which they are stopped: none outlives what it talks to for long. */
export const PROGRAMS = [
  "kwok",
  "kube-scheduler",
  "kube-controller-manager",
  "kube-apiserver",
  "etcd",
] as const;

export type ProgramName = (typeof PROGRAMS)[number] & ToolName;

/**
 * Networks of the simulated cluster, from the range for benchmarks (RFC 2544) that is routed nowhere: a request that
 * the API server passes on to a pod, as `kubectl get --raw …/proxy` does, reaches nobody's machine.
 */
export const NETWORKS = {
  pods: "198.18.0.0/16",
  services: "198.19.0.0/16",
  apiServer: "198.18.255.254",
} as const;

export interface ProgramOptions {
  readonly folders: Folders;
  readonly toolchain: Toolchain;
  readonly port: number;
}

/** Command line of one program. Each holds the control plane's folder, by which `isProgramOf` knows it again. */
export function commandLine(program: ProgramName, options: ProgramOptions): { path: string; args: string[] } {
  return { path: options.toolchain[program], args: ARGUMENTS[program](options) };
}

/** Whether a command line is that of a program of the control plane in `dir`, whichever release it was built from. */
export function isProgramOf(dir: string, argv: readonly string[]): boolean {
  const [path = "", ...args] = argv;
  return programOf(path) !== undefined && args.join(" ").includes(`=${dir}/`);
}

/** Which program a path is. */
export function programOf(path: string): ProgramName | undefined {
  return PROGRAMS.find((program) => program === basename(path));
}

/** Kubeconfig of one of the programs, mode 0600. */
export function kubeconfigOf({ pki }: Folders, program: ProgramName): string {
  return join(pki, `${program}.kubeconfig`);
}

/** Configuration of the scheduler; scheduler.ts writes it. */
export function schedulerConfigOf({ dir }: Folders): string {
  return join(dir, "scheduler.json");
}

/** etcd speaks over sockets in the 0700 folder the programs run in (it wants a "port" in their names): no port to race for. */
const ETCD_CLIENTS = "unix://etcd.sock:1";
const ETCD_PEERS = "unix://etcd.sock:2";

const ARGUMENTS: Readonly<Record<ProgramName, (options: ProgramOptions) => string[]>> = {
  etcd: ({ folders }) => [
    "--name=mybinder",
    `--data-dir=${folders.dir}/etcd`,
    `--listen-client-urls=${ETCD_CLIENTS}`,
    `--advertise-client-urls=${ETCD_CLIENTS}`,
    `--listen-peer-urls=${ETCD_PEERS}`,
    `--initial-advertise-peer-urls=${ETCD_PEERS}`,
    `--initial-cluster=mybinder=${ETCD_PEERS}`,
    "--unsafe-no-fsync", // the data is throw-away
    "--log-level=warn",
  ],
  "kube-apiserver": ({ folders, port }) => [
    `--etcd-servers=${ETCD_CLIENTS}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${String(port)}`,
    // Else it looks for an address of the machine, and fails where there is no network.
    `--advertise-address=${NETWORKS.apiServer}`,
    "--endpoint-reconciler-type=none",
    `--cert-dir=${folders.pki}`,
    `--service-account-issuer=https://kubernetes.default.svc`,
    `--service-account-key-file=${folders.pki}/service-account.pub`,
    `--service-account-signing-key-file=${folders.pki}/service-account.key`,
    `--service-cluster-ip-range=${NETWORKS.services}`,
    `--token-auth-file=${folders.pki}/tokens.csv`,
    "--anonymous-auth=false",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    // Nothing answers behind a simulated pod, so a webhook that a chart registers would refuse everything.
    "--disable-admission-plugins=ValidatingAdmissionWebhook,MutatingAdmissionWebhook",
    "--enable-priority-and-fairness=false",
    "--profiling=false",
  ],
  "kube-controller-manager": ({ folders }) => [
    `--kubeconfig=${kubeconfigOf(folders, "kube-controller-manager")}`,
    "--secure-port=0", // no listener
    "--leader-elect=false",
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${folders.pki}/service-account.key`,
    `--root-ca-file=${folders.pki}/apiserver.crt`,
    `--flex-volume-plugin-dir=${folders.dir}/no-plugins`,
    // A suspended laptop must not wake up to nodes that were given up.
    "--node-monitor-grace-period=87600h", // nodes.ts makes them Ready, and there is no kubelet to fall silent
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--profiling=false",
  ],
  "kube-scheduler": ({ folders }) => [`--config=${schedulerConfigOf(folders)}`, "--secure-port=0"],
  kwok: ({ folders }) => [
    `--kubeconfig=${kubeconfigOf(folders, "kwok")}`,
    `--config=${join(__dirname, "stages.yaml")}`,
    "--manage-all-nodes=true",
    "--node-lease-duration-seconds=0", // it is the only one to play these nodes
    `--cidr=${NETWORKS.pods}`,
    "--node-port=0", // no listener: its default is every address of the machine
  ],
};
