import * as pulumi from "@pulumi/pulumi";
import { hideSecrets, unwrapSecrets } from "../../tools/ground/cluster/unwrapSecrets";

/** One registration as the SDK sent it, secrets laid open. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: Record<string, unknown>;
  /** The inputs as an engine may show them: what is marked as secret is hidden. */
  readonly shown: unknown;
  /** Whether an engine refuses to delete it. */
  readonly protect: boolean;
  readonly urn: string;
  /** URNs of what an engine makes before it, and deletes after it: dependencies, parent and provider. */
  readonly after: readonly string[];
}

/** A request as the SDK sends it to the monitor, and the monitor, which the SDK does not describe. */
interface Request {
  readonly getParent: () => string;
  readonly getProvider: () => string;
  readonly getProtect: () => boolean;
  readonly getDependenciesList: () => string[];
}
interface Monitor {
  registerResource: (
    request: Request,
    callback: (error: unknown, response?: { getUrn: () => string }) => void,
  ) => unknown;
}

/**
 * Makes the SDK record registrations instead of sending them to an engine. Proves what is constructed and with which
 * inputs; nothing is rendered, applied or compared with a state. Invokes are refused.
 */
export async function recordRegistrations(
  stack: string,
  config: Record<string, string> = {},
  secretKeys: string[] = [],
): Promise<Registered[]> {
  const registered: Registered[] = [];
  let request: Request | undefined;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        const plain = unwrapSecrets(inputs) as Record<string, unknown>;
        registered.push({
          ...{ type, name, custom: custom ?? true, inputs: plain, shown: hideSecrets(inputs) },
          ...{ protect: request?.getProtect() ?? false, urn: "", after: request ? before(request) : [] },
        });
        return { id: `${name}-id`, state: { ...plain, ...computed(type, name) } };
      },
      call: ({ token }) => {
        throw new Error(`no invoke is expected, got ${token}`);
      },
    },
    "mybinder",
    stack,
    false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (sent, callback) => {
    request = sent;
    // it asks the mock at once
    const done = register(sent, (error, response) => {
      Object.assign(entry ?? {}, { urn: response?.getUrn() ?? "" });
      callback(error, response);
    });
    const entry = registered.at(-1);
    request = undefined;
    return done;
  };
  pulumi.runtime.setAllConfig(config, secretKeys);
  return registered;
}

function before(request: Request): string[] {
  const provider = request.getProvider().replace(/::[^:]*$/, "");
  return [...request.getDependenciesList(), request.getParent(), provider].filter((urn) => urn !== "");
}

/** Outputs that a provider would compute and the program reads. */
function computed(type: string, name: string): Record<string, unknown> {
  if (type.endsWith(":RandomBytes")) return { hex: `hex-of-${name}` };
  if (type.endsWith(":RandomPassword")) {
    return { result: `password-of-${name}`, bcryptHash: `bcrypt-of-${name}` };
  }
  if (type === "command:local:Command") {
    return { stdout: JSON.stringify({ key: `key-of-${name}`, certificate: `certificate-of-${name}` }) };
  }
  if (type.endsWith("/v3:Release") || type.endsWith(":Release")) return { status: { status: "deployed" } };
  if (type === "command:remote:Command") {
    return { stdout: name.endsWith("-kubeconfig") ? KUBECONFIG : "no change" };
  }
  if (type === "gcp:container/cluster:Cluster") {
    return { endpoint: "192.0.2.1", masterAuth: { clusterCaCertificate: "Q0E=" } };
  }
  if (type === "gcp:serviceaccount/account:Account") {
    return { email: `${name}@example.iam.gserviceaccount.com` };
  }
  if (type === "gcp:logging/projectSink:ProjectSink") return { writerIdentity: `serviceAccount:${name}` };
  if (type === "gcp:storage/bucket:Bucket") return {};
  if (type === "gcp:compute/address:Address") return { address: "192.0.2.2" };
  // Google and Pulumi name what the program does not.
  if (type.startsWith("gcp:")) return { name: name };
  return {};
}

/** What K3s writes: itself on loopback, everything called "default". */
const KUBECONFIG = JSON.stringify({
  clusters: [
    { name: "default", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } },
  ],
  users: [{ name: "default", user: { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" } }],
});

/** The value that an output settles to. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
