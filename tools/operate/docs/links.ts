import { metaChartPins } from "../../../charts/metaChart";
import { certManager } from "../../../charts/versions";
import { publicRoutes } from "../../../model/member/routes";
import { stackNames } from "../../../model/stack/stackFiles";
import type { StackConfig } from "../../../model/schema/stack";
import { ROOT } from "../../ground/root";
import { stackConfig } from "../../ground/stackFile/stacks";
import { markdownTable } from "./markdown";

/** The stack that answers mybinder.org, and the one that a change reaches first. */
const [PROD, STAGING] = ["prod", "staging"] as const;
/** Runs on loopback only: nobody else can follow a link to it. */
const NOT_PUBLIC = "local";

/** The page docs/links.md, made from the stack files and the chart pins. */
export function linksPage(): string {
  const stacks = stackNames(ROOT)
    .filter((name) => name !== NOT_PUBLIC)
    .map((name) => ({ name, config: stackConfig(name) }));
  const at = (wanted: string): StackConfig | undefined => stacks.find(({ name }) => name === wanted)?.config;
  const services = [...new Set([PROD, STAGING].flatMap((name) => [...linksOf(name, at(name)).keys()]))];
  return `# Links: stacks, hosts, charts

\`\`\`bash
npx mybinder stacks --json             # every stack: role, lifecycle, domain
npx mybinder docs                      # writes this page again after a change of a stack file or a chart pin
\`\`\`

## Production and staging

${markdownTable(
  ["what", PROD, STAGING],
  services.map((what) => [
    what,
    ...[PROD, STAGING].map((name) => (linksOf(name, at(name)).get(what) ?? []).join("<br>")),
  ]),
)}

## Members

${markdownTable(
  ["stack", "sponsor", "BinderHub", "hub", "Grafana", "Prometheus", "registry"],
  stacks
    .filter(({ config }) => config.role === "member")
    .map(({ name, config }) => {
      const links = linksOf(name, config);
      const first = (what: string): string => links.get(what)?.[0] ?? "";
      return [
        name,
        config.role === "member" ? (config.sponsor ?? "") : "",
        ...["BinderHub", "the hub", "Grafana", "Prometheus", "the registry"].map(first),
      ];
    }),
)}

## Stacks

${markdownTable(
  ["stack", "role", "cluster", "machine or pools", "launch quota", "registry"],
  stacks.map(({ name, config }) => [
    `[${name}](../Pulumi.${name}.yaml)`,
    config.role,
    config.cluster.kind,
    machineOf(config),
    config.role === "proxy" ? "" : String(config.binder.quota),
    config.role === "proxy" ? "" : config.registry.kind,
  ]),
)}

## Charts

Pinned in \`charts/mybinder/Chart.yaml\`, with their sources and changelogs, and in \`charts/versions.ts\`.
[upgrade-charts.md](upgrade-charts.md) says how to change one.

${markdownTable(
  ["chart", "version", "repository"],
  [...metaChartPins(ROOT), certManager].map(({ name, version, repository }) => [name, version, repository]),
)}

## Related repositories

| to change | go to |
|---|---|
| the page where people enter a repository, badges' code, how builds are started | [jupyterhub/binderhub](https://github.com/jupyterhub/binderhub) |
| how a repository becomes an image | [jupyterhub/repo2docker](https://github.com/jupyterhub/repo2docker) |
| how servers of users start, stop and are culled | [jupyterhub/zero-to-jupyterhub-k8s](https://github.com/jupyterhub/zero-to-jupyterhub-k8s) |
| which commands and network flows count as abuse | [cryptnono/cryptnono](https://github.com/cryptnono/cryptnono) |
| the guide for users | [jupyterhub/binder](https://github.com/jupyterhub/binder) |
| the present deployment, until its releases are adopted ([adopt.md](adopt.md)) | [jupyterhub/mybinder.org-deploy](https://github.com/jupyterhub/mybinder.org-deploy) |
`;
}

/** URLs by what answers there, in the order of the stack's public routes. */
function linksOf(stack: string, config: StackConfig | undefined): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, string[]>();
  for (const { what, host, certificate } of config ? publicRoutes(stack, config) : []) {
    const scheme = certificate === undefined ? "http" : "https";
    links.set(what, [...(links.get(what) ?? []), `${scheme}://${host}`]);
  }
  return links;
}

function machineOf({ cluster }: StackConfig): string {
  if (cluster.kind === "k3s") {
    const { machine } = cluster;
    return machine === undefined
      ? "a VM at Google"
      : `${String(machine.cpus)} CPUs, ${String(machine.memoryGiB)} GiB memory, ${String(machine.diskGiB)} GiB disk`;
  }
  return Object.keys(cluster.pools).join(", ");
}
