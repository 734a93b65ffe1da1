import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parse, stringify } from "yaml";

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> }[];
}

/**
 * A kubeconfig of a control plane of this machine as a machine elsewhere would have it: its server has a public name, behind
 * a proxy on loopback that leads there. One on loopback is refused as a secret. Written into `folder`.
 */
export async function publicKubeconfig(
  kubeconfig: string,
  folder: string,
): Promise<{ file: string; close: () => void }> {
  const content = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const [entry] = content.clusters;
  if (!entry) throw new Error(`${kubeconfig} has no cluster`);
  const server = new URL(String(entry.cluster["server"]));
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on("connect", (_, client) => {
    const upstream = connect(Number(server.port), server.hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(upstream).pipe(client);
    });
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on("error", end).on("close", end);
    upstream.on("error", end);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  entry.cluster = {
    ...entry.cluster,
    server: `https://machine.example.org:${server.port}`,
    "tls-server-name": server.hostname,
    "proxy-url": `http://127.0.0.1:${String(port)}`,
  };
  const file = join(folder, "public.kubeconfig");
  writeFileSync(file, stringify(content), { mode: 0o600 });
  return {
    file,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
