import { connect } from "node:tls";
import { clientCertificateExpiry, judgeExpiry } from "../../../../model/cluster/kubeconfigExpiry";
import type { ClusterConfig } from "../../../../model/schema/stack";
import { shellQuote } from "../../../ground/terminal/shellQuote";
import { ask as askUrl } from "../../members/conformance/ask";
import { clockFindings } from "../clock";
import type { Finding } from "../diagnosis";
import { ask, type Target } from "./target";

const DAY = 24 * 3600 * 1000;
const TIMEOUT_MS = 15_000;

/** How much longer the access in the kubeconfig lasts; one without a client certificate does not end by itself. */
export async function clientCertificateFindings(target: Target, now: Date): Promise<Finding[]> {
  const { stack, access } = target;
  const expiry = clientCertificateExpiry(JSON.stringify(await view(target)));
  const file = shellQuote(access.kubeconfig);
  const fix =
    stack.config.cluster.kind === "k3s"
      ? `rm ${file} && npx mybinder machine kubeconfig ${stack.name} --out ${file}`
      : `ask whoever runs the cluster for a new ${file}`;
  return expiryFindings("client certificate", access.kubeconfig, expiry, fix, now);
}

/** How much longer the API server's own certificate lasts. Throws when it is not to be had. */
export async function serverCertificateFindings(target: Target, now: Date): Promise<Finding[]> {
  const { server, serverName } = await address(target);
  const { cluster, domain } = target.stack.config;
  const expiry = await certificateEnd(server, serverName);
  return expiryFindings("certificate", `API server ${server}`, expiry, serverRenewal(cluster, domain), now);
}

/** How far this machine's clock is from the API server's, which is asked without a login. Throws when it does not answer. */
export async function serverClockFindings(target: Target): Promise<Finding[]> {
  const { cluster } = target.stack.config;
  const { server } = await address(target);
  const from = new Date();
  const reply = await askUrl(`${server}/version`, TIMEOUT_MS);
  const other = cluster.kind === "k3s" ? `   # and: npx mybinder machine check ${target.stack.name}` : "";
  const fix = `timedatectl set-ntp true${other}`;
  return clockFindings(`API server ${server}`, { reply, from, to: new Date() }, fix);
}

/** A finding when less than 45 days are left, a problem below 7. */
export function expiryFindings(
  what: string,
  about: string,
  expiry: Date | undefined,
  fix: string,
  now: Date,
): Finding[] {
  const { level } = judgeExpiry("", expiry, now, "");
  if (!expiry || level === "fine") return [];
  const days = Math.floor((expiry.getTime() - now.getTime()) / DAY);
  const day = expiry.toISOString().slice(0, 10);
  const found =
    days < 0
      ? `its ${what} ended ${String(-days)} days ago (${day})`
      : `its ${what} ends in ${String(days)} days (${day})`;
  return [{ level: level === "late" ? "problem" : "warning", about, found, fix }];
}

/** K3s renews its certificates when it starts with less than 90 days left. */
function serverRenewal(cluster: ClusterConfig, domain: string): string {
  if (cluster.kind !== "k3s") return "whoever runs the cluster renews it";
  return `ssh -p ${String(cluster.sshPort)} root@${cluster.host ?? domain} systemctl restart k3s`;
}

interface KubeconfigView {
  readonly clusters?: readonly {
    readonly cluster: { server: string; "tls-server-name"?: string; "proxy-url"?: string };
  }[];
}

/** The one context that is used. It holds private keys: nothing of it is printed. */
async function view(target: Target): Promise<KubeconfigView> {
  return JSON.parse(
    await ask(target, "config", "view", "--raw", "--minify", "--flatten", "--output", "json"),
  ) as KubeconfigView;
}

async function address(target: Target): Promise<{ server: string; serverName: string | undefined }> {
  const cluster = (await view(target)).clusters?.[0]?.cluster;
  if (!cluster) throw new Error("the kubeconfig names no API server");
  if (cluster["proxy-url"] !== undefined) throw new Error("the API server is behind a proxy");
  return { server: cluster.server, serverName: cluster["tls-server-name"] };
}

function certificateEnd(server: string, serverName: string | undefined): Promise<Date> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve, reject) => {
    // Whose it is, kubectl verifies: only its end is read here.
    const options = { host, port: Number(port || 443), rejectUnauthorized: false, timeout: TIMEOUT_MS };
    const socket = connect(
      { ...options, ...(serverName !== undefined && { servername: serverName }) },
      () => {
        resolve(new Date(socket.getPeerCertificate().valid_to));
        socket.end();
      },
    );
    socket.on("error", reject);
    socket.on("timeout", () => {
      socket.destroy(new Error(`${server} does not answer within ${String(TIMEOUT_MS / 1000)} s`));
    });
  });
}
