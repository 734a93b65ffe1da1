import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { generatedPlaces } from "../../secret/adopted";
import { type ClusterAccess, helm, kubectl, type KubeObject } from "../../tools/ground/cluster/kubectl";
import { ROOT } from "../../tools/ground/root";

/** A text for each secret that a former release has, worth nothing and found nowhere else. */
export const formerSecrets: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(generatedPlaces).map((key) => [key, `CANARY-${key}-4d1b8e0a`])),
  // What Harbor's chart gives everybody; it takes no key of another length than 16.
  "harbor-key": "not-a-secure-key",
  "harbor-database": "changeit",
  registryS3AccessKey: "CANARY0S3ACCESSKEY00",
  registryS3SecretKey: "CANARY-registryS3SecretKey-4d1b8e0a",
  buildTokenSecret: "4d1b8e0a".repeat(8),
  githubClientId: "CANARY-githubClientId",
  githubClientSecret: "CANARY-githubClientSecret-4d1b8e0a",
  ban: "CANARY-ban-4d1b8e0a",
  own: "CANARY-own-4d1b8e0a",
  feed: "CANARY-feed-4d1b8e0a",
  gitlabPrivateToken: "CANARY-gitlabPrivateToken-4d1b8e0a",
  smtpPassword: "CANARY-smtpPassword-4d1b8e0a",
  events: JSON.stringify({
    type: "service_account",
    client_email: "events@example.org",
    private_key: "CANARY-eventsServiceAccount-4d1b8e0a",
  }),
};

/**
 * Puts into a cluster what the former script leaves: cert-manager with CRDs that kubectl applied, and one release that
 * owns the issuers, claims and secrets, in its second
 * revision. Throws with helm's or kubectl's words.
 */
export async function installFormerRelease(access: ClusterAccess, stack: string): Promise<void> {
  const certManager = join(ROOT, "test", "charts", "cert-manager");
  const rendered = await helmDone(access, [
    "template",
    "cert-manager",
    certManager,
    "--set",
    "crds.enabled=true",
  ]);
  const definitions = parseAllDocuments(rendered)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object?.kind === "CustomResourceDefinition")
    .map((object) => ({ ...object, metadata: { name: object?.metadata.name } }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions });
  await kubectlDone(access, ["apply", "--server-side", "--filename", "-"], list);
  const established = ["wait", "--for=condition=Established", "customresourcedefinitions", "--all"];
  await kubectlDone(access, [...established, "--timeout=30s"]);
  const install = (name: string, chart: string): string[] => [
    ...["install", name, chart, "--namespace", name, "--create-namespace"],
  ];
  await helmDone(access, [...install("cert-manager", certManager), "--set", "crds.enabled=false"]);
  const former = join(ROOT, "test", "support", "formerChart");
  await helmDone(access, [...install(stack, former), "--values", "-"], JSON.stringify(formerValues()));
  const claim = `persistentvolumeclaim/${stack}-grafana`;
  const bound = ["wait", claim, "--namespace", stack, "--for=jsonpath={.status.phase}=Bound"];
  await kubectlDone(access, [...bound, "--timeout=60s"]);
  // a live release has been upgraded many times
  await helmDone(access, ["upgrade", stack, former, "--namespace", stack, "--reuse-values"]);
}

function formerValues(): Record<string, unknown> {
  const secrets: Record<string, Record<string, string>> = {
    "events-archiver-secrets": { "service-account.json": formerSecrets["events"] ?? "" },
  };
  for (const [key, place] of Object.entries(generatedPlaces)) {
    (secrets[place.secret] ??= {})[place.key] = formerSecrets[key] ?? "";
  }
  const s3 = {
    accesskey: formerSecrets["registryS3AccessKey"],
    secretkey: formerSecrets["registryS3SecretKey"],
  };
  const { githubClientId, githubClientSecret, gitlabPrivateToken, buildTokenSecret, smtpPassword } =
    formerSecrets;
  const binderhub = {
    config: {
      BinderHub: { build_token_secret: buildTokenSecret },
      GitHubRepoProvider: {
        client_id: githubClientId,
        client_secret: githubClientSecret,
        banned_specs: ["^CANARY-ban-4d1b8e0a/.*"],
        own_setting: "CANARY-own-4d1b8e0a",
      },
      GitRepoProvider: { banned_specs: [".*CANARY-ban-4d1b8e0a.*"] },
      LaunchQuota: { total_quota: 299 },
    },
    extraEnv: [{ name: "GITLAB_PRIVATE_TOKEN", value: gitlabPrivateToken }],
  };
  const smtp = { enabled: true, host: "smtp.example.org:587", user: "grafana", password: smtpPassword };
  const grafana = { "grafana.ini": { smtp } };
  const flows = { bannedIpv4ConfigMaps: { feed: "CANARY-feed-4d1b8e0a" } };
  return {
    secrets,
    binderhub,
    grafana,
    harbor: { persistence: { imageChartStorage: { s3 } } },
    cryptnono: { detectors: { tcpflowkiller: flows } },
    minesweeper: { resources: { requests: { cpu: "5m" } } },
    static: { ingress: { hosts: ["static.2i2c.mybinder.org"] } },
  };
}

async function helmDone(access: ClusterAccess, args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await helm(access, args, input);
  if (code !== 0) throw new Error(`helm ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function kubectlDone(access: ClusterAccess, args: string[], input?: string): Promise<void> {
  const { code, stderr } = await kubectl(access, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
}
