type Inputs = Readonly<Record<string, unknown>>;

interface RemoteCommand {
  readonly connection?: { readonly hostKey?: string; readonly privateKey?: string };
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly triggers?: readonly unknown[];
}

/** What a K3s machine would print as its kubeconfig: the only output of a remote command that the program reads. */
const KUBECONFIG = JSON.stringify({
  clusters: [{ name: "default", cluster: { server: "https://127.0.0.1:6443" } }],
  users: [{ name: "default", user: {} }],
});

/**
 * Stands in for another machine or a cloud: checks what must hold of every such resource, and gives the outputs that
 * the program reads. Throws with what does not hold.
 */
export function recordRemote(type: string, name: string, inputs: Inputs): Inputs {
  const problems = type.startsWith("command:remote:")
    ? remoteProblems(inputs)
    : type.startsWith("gcp:")
      ? cloudProblems(type, inputs)
      : [];
  if (problems.length > 0) throw new Error(`${name}: ${problems.join("; ")}`);
  return remoteOutputs(type, name);
}

/** What the program reads of another machine or a cloud. */
export function remoteOutputs(type: string, name: string): Inputs {
  if (type === "command:remote:Command") return { stdout: KUBECONFIG, stderr: "" };
  if (type === "gcp:container/cluster:Cluster") {
    return { endpoint: "192.0.2.1", masterAuth: { clusterCaCertificate: "" } };
  }
  if (type === "gcp:logging/projectSink:ProjectSink") return { writerIdentity: `serviceAccount:${name}` };
  if (type === "gcp:compute/address:Address") return { address: "192.0.2.2" };
  return type === "gcp:serviceaccount/account:Account" ? { email: `${name}@rehearsal.invalid` } : {};
}

function remoteProblems(inputs: Inputs): string[] {
  const { connection = {}, triggers = [], ...command } = inputs as RemoteCommand;
  const { privateKey = "", hostKey = "" } = connection;
  const texts = [command.create, command.update, command.stdin].filter((text) => text !== undefined);
  return [
    ...(hostKey === "" ? ["the machine's host key is not pinned"] : []),
    ...(triggers.length === 0 ? ["it has no triggers"] : []),
    ...(command.delete === undefined ? [] : ["it runs a command when it is deleted or renamed"]),
    ...(privateKey !== "" && texts.some((text) => text.includes(privateKey))
      ? ["the private key is in what it runs"]
      : []),
  ];
}

function cloudProblems(type: string, inputs: Inputs): string[] {
  const { project, privateKeyData } = inputs;
  return [
    // What belongs to a bucket is in the bucket's project.
    ...(typeof project === "string" && project !== "" ? [] : inputs["bucket"] ? [] : ["it names no project"]),
    ...bucketProblems(type, inputs),
    ...(type === "gcp:compute/instance:Instance" && inputs["serviceAccount"] !== undefined
      ? ["every program on it could use its account"]
      : []),
    ...(type.endsWith(":Key") || privateKeyData !== undefined
      ? ["it makes a key; use Workload Identity"]
      : []),
  ];
}

/** Access is by the bucket alone, never by object, and only an archive of events is for everybody. */
function bucketProblems(type: string, inputs: Inputs): string[] {
  const archive = (bucket: unknown): boolean =>
    typeof bucket === "string" && bucket.endsWith("-events-archive");
  if (type === "gcp:storage/bucket:Bucket") {
    return [
      ...(inputs["uniformBucketLevelAccess"] === true ? [] : ["its objects have their own access lists"]),
      ...(archive(inputs["name"]) || inputs["publicAccessPrevention"] === "enforced"
        ? []
        : ["it could be made public"]),
    ];
  }
  const everybody = ["allUsers", "allAuthenticatedUsers"].includes(String(inputs["member"]));
  return everybody && !archive(inputs["bucket"]) ? ["it gives access to everybody"] : [];
}
