import type { FederationMember } from "../../../model/federation/federationMember";
import { dnsRecords } from "../../../model/member/dnsRecords";
import { hostsOf, primaryHost } from "../../../model/member/hosts";
import { publicRoutes } from "../../../model/member/routes";
import type { Stack } from "../../../model/stack/config";
import { markdownTable, prose } from "./markdown";
import { publicStacks } from "../../ground/stackFile/publicStacks";

/** The page docs/federation.md, made from the stack files: a picture of each federation, its members, and every public host. */
export function federationPage(): string {
  const stacks = publicStacks();
  const fronts = stacks.filter(({ federation }) => federation !== undefined);
  return `# The federation as the stack files say it

\`\`\`bash
npx mybinder traffic show                 # weights, drains and what follows from them, now
npx mybinder docs                         # writes this page again after a change of a stack file
\`\`\`

${fronts.map((front) => section(front, stacks)).join("\n\n")}

## Every public host

What answers there, the Secret with its certificate ([certificates.md](certificates.md)), and where its DNS record is to lead ([dns.md](dns.md)).

${markdownTable(["host", "stack", "what answers", "certificate", "DNS record"], stacks.flatMap(hostRows))}
`;
}

function section(front: Stack, stacks: readonly Stack[]): string {
  const members = front.federation?.members ?? [];
  const rows = members.map(({ name, url, weight, lifecycle, launchQuota, sponsor }) => [
    name,
    url,
    String(weight),
    lifecycle,
    launchQuota === undefined ? "as it reports" : String(launchQuota),
    sponsor ?? "",
  ]);
  return `## ${front.config.domain}, stack ${front.name}

${picture(front, members, stacks)}

${markdownTable(["member", "BinderHub", "weight", "lifecycle", "launch quota", "sponsor"], rows)}`;
}

/** Who asks whom, as Mermaid draws it. */
function picture(front: Stack, members: readonly FederationMember[], stacks: readonly Stack[]): string {
  const served = stacks.filter(({ name }) => members.some((member) => member.name === name));
  const lines = [
    `person(["a person clicks a badge"]) --> traefik`,
    `subgraph front["stack ${front.name}, ${front.config.cluster.kind}"]`,
    `  traefik["Traefik: ${front.config.domain}"] --> proxy["federation proxy"]`,
    "end",
    ...members.flatMap((member) =>
      memberLines(
        member,
        served.find(({ name }) => name === member.name),
      ),
    ),
    ...served.flatMap((stack) => imageLines(stack, served, stacks)),
    ...eventLines(front, served),
  ];
  return ["```mermaid", "flowchart TD", ...lines.map((line) => `  ${line}`), "```"].join("\n");
}

function memberLines(
  { name, url, weight, launchQuota }: FederationMember,
  stack: Stack | undefined,
): string[] {
  const kind = stack === undefined ? "run by others" : stack.config.cluster.kind;
  const quota = launchQuota === undefined ? "" : `<br>${String(launchQuota)} launches`;
  return [
    `${id(name)}["${name}, ${kind}<br>${new URL(url).host}${quota}"]`,
    `proxy -- "weight ${String(weight)}" --> ${id(name)}`,
  ];
}

/** Where a member's images are. */
function imageLines({ name, config }: Stack, served: readonly Stack[], stacks: readonly Stack[]): string[] {
  if (config.role === "proxy" || config.registry.kind === "none") return [];
  const { registry } = config;
  const bucket = (text: string): string[] => [`${id(name)} -- images --> ${id(name)}_images[("${text}")]`];
  if (registry.kind === "googleArtifactRegistry") return bucket(`${registry.repository} at Google`);
  if (registry.kind === "harbor") {
    return [
      ...bucket(`Harbor ${hostsOf(config).registry}<br>bucket ${registry.s3.bucket}`),
      ...registry.mirrors
        .filter((peer) => served.some((other) => other.name === peer))
        .map((peer) => `${id(name)}_images -. mirror .-> ${id(peer)}_images`),
    ];
  }
  const { host } = new URL(registry.url);
  const owner = stacks.find((stack) => hostsOf(stack.config).registry === host);
  return bucket(`${host}<br>${owner === undefined ? "of others" : `of stack ${owner.name}`}`);
}

/** Where launch events go. */
function eventLines({ config }: Stack, served: readonly Stack[]): string[] {
  if (config.role === "member" || !config.google) return [];
  const sending = served.filter((stack) => stack.config.role !== "proxy" && stack.config.binder.events);
  const archive = config.archivePublisher
    ? ["events -- archive-publisher --> archive[(public archive)]"]
    : [];
  return [
    `events["log ${config.google.eventLog} at Google"]`,
    ...sending.map(({ name }) => `${id(name)} -- events --> events`),
    ...archive,
  ];
}

function hostRows({ name, config }: Stack): string[][] {
  const records = new Map(dnsRecords(config).map((record) => [record.name, record]));
  const first = primaryHost(hostsOf(config).binder);
  return publicRoutes(name, config).map(({ host, what, certificate }) => {
    const { value, address = "" } = records.get(host) ?? {};
    const isEntry = host === first || host === config.domain;
    return [
      isEntry ? `**${host}**` : host,
      name,
      what,
      certificate === undefined ? "" : `\`${certificate}\``,
      prose(value ?? address),
    ];
  });
}

/** A name as Mermaid takes it for a node: `end` and dashes have a meaning there. */
function id(name: string): string {
  return `s_${name.replaceAll("-", "_")}`;
}
