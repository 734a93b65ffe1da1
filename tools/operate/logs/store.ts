import { kubectl, type KubectlAccess, kubectlLines } from "../../ground/cluster/kubectl";
import { Failure } from "../../ground/terminal/failure";

/** Name of the Service of the store, and its port's. */
const SERVICE = "log-store:http";

/**
 * Asks the store of a namespace through the API server, which lets nobody else in. Gives what it answered. Throws a Failure when there
 * is no store, it does not answer, or it refuses the query.
 */
export async function askStore(access: KubectlAccess, namespace: string, path: string): Promise<string> {
  const asked = ["get", "--raw", proxied(namespace, path)];
  const { code, stdout, stderr } = await kubectl(access, asked);
  if (code === 0) return stdout;
  // kubectl tells nobody what the store says, unless it is asked to tell everything
  const told = stderr.includes("(BadRequest)") ? (await kubectl(access, [...asked, "--v=8"])).stderr : "";
  throw refusal(
    namespace,
    stderr,
    /"reason": "UnexpectedServerResponse",\s+"message": ("(?:[^"\\]|\\.)*")/.exec(told)?.[1],
  );
}

/** Calls `onLine` with each line that the store sends, until `signal` ends it or the store does. Throws as `askStore` does. */
export async function followStore(
  access: KubectlAccess,
  namespace: string,
  path: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const asked = ["get", "--raw", proxied(namespace, path)];
  const { code, stderr } = await kubectlLines(access, asked, onLine, signal);
  if (code !== 0 && !signal.aborted) throw refusal(namespace, stderr);
}

function proxied(namespace: string, path: string): string {
  return `/api/v1/namespaces/${namespace}/services/${SERVICE}/proxy${path}`;
}

function refusal(namespace: string, stderr: string, told?: string): Failure {
  const text = stderr.trim();
  if (/^(Unable to connect|The connection to the server|error: You must be logged in)/m.test(text)) {
    return new Failure(
      `the API server of ${namespace} does not let us in: ${text}; is it the kubeconfig of ${namespace}?`,
    );
  }
  if (/services "log-store[^"]*" not found/.test(text)) {
    return new Failure(
      `${namespace} keeps no logs: its cluster has no Service log-store; deploy it: pulumi up --stack ${namespace} (docs/logs.md)`,
    );
  }
  if (/no endpoints available|connection refused|ServiceUnavailable|dial tcp/.test(text)) {
    return new Failure(
      `the store of logs of ${namespace} does not answer: ${text}; look why: docs/runbooks/LogStoreSilent.md`,
    );
  }
  if (text.includes("(BadRequest)")) {
    return new Failure(
      `the store of logs of ${namespace} does not understand the query${told === undefined ? "" : `: ${JSON.parse(told) as string}`} ` +
        "(https://docs.victoriametrics.com/victorialogs/logsql/)",
      2,
    );
  }
  if (text.includes("(Forbidden)")) {
    return new Failure(
      `this kubeconfig may not read the logs of ${namespace}: it needs get of services/proxy there: ${text}`,
    );
  }
  return new Failure(`the store of logs of ${namespace} refuses: ${text}`);
}
