import { createHash } from "node:crypto";
import { Failure } from "../../ground/terminal/failure";
import { ApiError, type Client } from "../controlPlane/client";
import type { ProxyConfigMaps } from "./files";

/** Service account of the federation proxy's pods: it may read traffic and bans, and write the history of the status page. */
const ACCOUNT = "federation-proxy";
/** How long its token lasts, in seconds: longer than anybody leaves a control plane running. */
const TOKEN_SECONDS = 90 * 24 * 3600;

/** A federation proxy as it is deployed. */
export interface DeployedProxy extends ProxyConfigMaps {
  /** Host of the federation. */
  readonly host: string;
  /** Same for the same content. */
  readonly digest: string;
}

/** Reads the federation proxy of a stack from its control plane. Throws a Failure (exit code 2) where it is not deployed. */
export async function deployedProxy(client: Client, stack: string): Promise<DeployedProxy> {
  const dataOf = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const path = `/api/v1/namespaces/${stack}/configmaps/${name}`;
    return (await client.call<{ data?: Readonly<Record<string, string>> }>({ path })).data ?? {};
  };
  try {
    const [proxy, agent] = [await dataOf("federation-proxy"), await dataOf("federation-agent")];
    const { host } = JSON.parse(proxy["agent.json"] ?? "{}") as { host: string };
    const digest = createHash("sha256")
      .update(JSON.stringify([proxy, agent]))
      .digest("hex");
    return { proxy, agent, host, digest };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    throw new Failure(`stack ${stack} is not deployed on its control plane; deploy it: npm start`, 2);
  }
}

/** What Kubernetes mounts for the service account, without the certificate of the API server: a token, and where it counts. */
export async function accountOf(
  client: Client,
  stack: string,
): Promise<{ token: string; namespace: string }> {
  const { status } = await client.call<{ status: { token: string } }>({
    method: "POST",
    path: `/api/v1/namespaces/${stack}/serviceaccounts/${ACCOUNT}/token`,
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
  });
  return { token: status.token, namespace: stack };
}
