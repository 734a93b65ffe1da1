import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../../environment";
import { kubectl } from "../../../tools/ground/cluster/kubectl";
import { silent, toStderr } from "../../../tools/ground/terminal/report";
import { type ControlPlane, down, up } from "../../../tools/lab/controlPlane";
import { consumerPath } from "../../../tools/lab/kube/consumers";
import { ensureToolchain } from "../../../tools/lab/kube/toolchain";
import { BanKeeper } from "../banKeeper";
import { objectOf, type Rendered } from "../metaChart";
import type { Endpoint } from "../networkPolicy";
import { POOLS } from "../pools";
import { type Place, PodNetwork } from "./network";
import { ipv6, NODE, podOf, slug, statusOf } from "./pods";

const SIMULATORS = ["kwok", "kube-scheduler", "kube-controller-manager"] as const;

/** A real API server, the network of one node with pods, and the network policy controller of K3s on it. */
export class PolicedCluster {
  private running: PodNetwork | undefined;
  private keeper: BanKeeper | undefined;

  private constructor(
    private readonly folder: string,
    readonly plane: ControlPlane,
    private readonly program: string,
  ) {}

  /** Starts all but the controller. The node listens at `listens`. */
  static async start(listens: readonly Place[]): Promise<PolicedCluster> {
    const folder = mkdtempSync(join(tmpdir(), "mybinder-policies-"));
    const here = { ...environment(), state: folder };
    const toolchain = await ensureToolchain({ environment: here, report: toStderr });
    const plane = await up({ name: "local", pools: POOLS, environment: here, toolchain, report: silent });
    const apiPort = Number(new URL(plane.server).port);
    const cluster = new PolicedCluster(folder, plane, toolchain.kubectl);
    try {
      // pods and nodes are played by the test, not by kwok
      for (const name of SIMULATORS) process.kill(plane.pids[name], "SIGKILL");
      cluster.running = await PodNetwork.start({ ...NODE, listens, apiPort });
      await cluster.apply([{ apiVersion: "v1", kind: "Node", metadata: { name: NODE.name } }]);
      const addresses = NODE.addresses.map((address) => ({ type: "InternalIP", address }));
      const patch = ["--type=merge", "--patch", JSON.stringify({ status: { addresses } })];
      await cluster.kubectl(["patch", "node", NODE.name, "--subresource=status", ...patch]);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get network(): PodNetwork {
    if (!this.running) throw new Error("the network does not run");
    return this.running;
  }

  /** Runs kubectl; throws what it says when it fails. */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await kubectl(
      { kubectl: this.program, kubeconfig: this.plane.kubeconfig },
      args,
      input,
    );
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** Applies objects, in a namespace where it is given. */
  async apply(items: readonly object[], namespace?: string, subresource = ""): Promise<void> {
    const where = [
      ...(namespace === undefined ? [] : ["--namespace", namespace]),
      `--subresource=${subresource}`,
    ];
    const args = ["apply", "--server-side", "--force-conflicts", ...where, "--filename", "-"];
    const plain = items.map((item) => ({ ...item, own: undefined }));
    await this.kubectl(args, JSON.stringify({ apiVersion: "v1", kind: "List", items: plain }));
  }

  /** Makes namespaces with the account that a pod needs. */
  async addNamespaces(...names: readonly string[]): Promise<void> {
    await this.apply(
      names.flatMap((namespace) => [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } },
      ]),
    );
  }

  /** Adds all that is outside, which answers at these places. */
  async addOutside(places: readonly Place[]): Promise<void> {
    const different = new Map(places.map((place) => [place.join(" "), place]));
    await this.network.add("outside", [...new Set(places.map(([ip]) => ip))], [...different.values()], true);
  }

  /** Makes pods: their namespaces of the network that answer at these ports, and their objects, which have no address yet. */
  async addPods(pods: readonly Endpoint[], ports: readonly number[]): Promise<void> {
    for (const pod of pods) {
      await this.network.add(
        slug(pod),
        [pod.ip, ipv6(pod.ip)],
        ports.map((port) => ["::", port]),
      );
    }
    await this.apply(pods.map(podOf));
  }

  /** What their kubelet tells of pods. Until then nobody knows whose their addresses are. */
  async tellAddresses(pods: readonly Endpoint[]): Promise<void> {
    await this.apply(pods.map(statusOf), undefined, "status");
  }

  /** Starts the network policy controller. */
  async startController(): Promise<void> {
    const flags = {
      kubeconfig: this.plane.kubeconfig,
      node: NODE.name,
      services: "198.19.0.0/16,fd00:43::/112",
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    await this.network.start(
      "controller",
      [consumerPath("kube-router", environment()), ...args, "-v=1"],
      join(this.folder, "controller.log"),
    );
  }

  /** Starts the ban keeper of a release, with its account. Of what it writes, only the policies are there. */
  async startBanKeeper(release: string, objects: readonly Rendered[]): Promise<void> {
    const kinds = ["ServiceAccount", "Role", "RoleBinding"];
    const account = objects.filter(
      ({ kind, metadata }) => kinds.includes(kind) && metadata.name === "ban-keeper",
    );
    await this.apply(account, release);
    const text = objectOf(objects, "Secret", "ban-keeper").data?.["keeper.json"] ?? "";
    const config = JSON.parse(Buffer.from(text, "base64").toString()) as object;
    const policiesOnly = JSON.stringify({ ...config, dns: false, flowKiller: undefined });
    const token = (await this.kubectl(["create", "token", "ban-keeper", "--namespace", release])).trim();
    const ca = await this.kubectl([
      "config",
      "view",
      "--raw",
      "--output=jsonpath={.clusters[0].cluster.certificate-authority-data}",
    ]);
    const files = { "ca.crt": Buffer.from(ca, "base64").toString(), namespace: release, token };
    this.keeper = new BanKeeper(this.plane.server, policiesOnly, files);
    await this.keeper.start();
  }

  /** Ends everything and removes what it kept. */
  async stop(): Promise<void> {
    await this.keeper?.stop();
    await this.running?.stop();
    await down("local", { ...environment(), state: this.folder }, silent);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
