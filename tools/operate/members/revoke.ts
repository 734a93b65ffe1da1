import type { Stack } from "../../../model/stack/config";
import { servesLaunches } from "../../../model/federation/federation";
import { secretsOf } from "../../../secret/catalogue";
import { derive, type StackFileTexts } from "./stackFile";

/** What a member leaves behind where Pulumi does not reach, one line each: to be removed or revoked by hand. */
export function leftBehind({ name, config, hosts, member }: Stack): string[] {
  const given = secretsOf(config).flatMap((secret) =>
    secret.source === "given" && secret.shared === undefined
      ? [`secret ${secret.key}: ${secret.rotation.revoke} (${secret.purpose})`]
      : [],
  );
  const registry = servesLaunches(config) ? config.registry : undefined;
  const { cluster } = config;
  const host = cluster.kind === "k3s" ? (cluster.host ?? config.domain) : undefined;
  const domains = [config.domain, ...config.aliasDomains];
  return [
    ...domains.map((domain) => `DNS: the records ${domain} and *.${domain}`),
    ...given,
    ...(registry?.kind === "harbor"
      ? [
          `bucket ${registry.s3.bucket} at ${registry.s3.endpoint}: the images, and the user that owns the access key`,
          `robot accounts and replications that other registries have for ${hosts.registry}`,
        ]
      : []),
    ...(registry?.kind === "external" && registry.login === "account"
      ? [`robot account of ${name} at ${registry.url}`]
      : []),
    ...(member && servesLaunches(config) && config.binder.events
      ? [`Google service account of ${name} that writes launch events, with every key of it`]
      : []),
    ...(host === undefined
      ? []
      : [
          `the machine ${host}, its disks and its snapshots: they hold kubeconfig, state of Harbor and logs`,
          `SSH keys that reach ${host}, where they are used elsewhere too`,
        ]),
    `the secrets provider of the stack (its KMS key), and the access of people and CI to it`,
  ];
}

/** The stacks whose images are at a member's registry, by name: they need another one before it goes. */
export function pushTo(stack: Stack, names: readonly string[], stackFile: StackFileTexts): string[] {
  return names.filter((name) => {
    if (name === stack.name) return false;
    const { config } = derive(name, {}, stackFile);
    return (
      servesLaunches(config) &&
      config.registry.kind === "external" &&
      new URL(config.registry.url).hostname === stack.hosts.registry
    );
  });
}
