import { stringify } from "yaml";
import { parseYaml } from "../../schema/plain/silentYaml";

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: unknown }[];
}

/**
 * K3s' own kubeconfig, which says 127.0.0.1 and calls everything "default", as one for use from elsewhere. Throws when
 * the text is not a kubeconfig; the message holds nothing of it. `host` is what the certificate is good for; `address`,
 * when given, is where the server is reached.
 */
export function remoteKubeconfig(text: string, stack: string, host: string, address?: string): string {
  const { cluster, user } = firstOf(text);
  if (!cluster || !user) {
    throw new Error(
      `stack ${stack}: could not read the kubeconfig on ${host}; see the output of the step before, or run there: systemctl status k3s`,
    );
  }
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: stack,
        cluster: {
          ...cluster.cluster,
          server: `https://${address ?? host}:6443`,
          ...(address !== undefined && { "tls-server-name": host }),
        },
      },
    ],
    users: [{ name: stack, user: user.user }],
    contexts: [{ name: stack, context: { cluster: stack, user: stack } }],
    "current-context": stack,
  });
}

function firstOf(text: string): {
  cluster?: Kubeconfig["clusters"][number] | undefined;
  user?: Kubeconfig["users"][number] | undefined;
} {
  try {
    const { clusters, users } = parseYaml(text) as Kubeconfig;
    return { cluster: clusters[0], user: users[0] };
  } catch {
    return {};
  }
}
