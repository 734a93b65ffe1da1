import { Document, isMap, type YAMLMap } from "yaml";
import { primaryHost } from "../../../model/member/hosts";
import { secretsOf } from "../../../secret/catalogue";
import { settingCommand } from "../../../secret/commands";
import { Failure } from "../../ground/terminal/failure";
import { stackFileText } from "../../ground/stackFile/stackFileText";
import { changesOf } from "./proxyChanges";
import { leftBehind, pushTo } from "./revoke";
import { derive, documentOf, fileOf, type MemberPlan, membersOf, type StackFileTexts } from "./stackFile";

/** A new member, as an operator describes it: what cannot be derived. */
export interface NewMember {
  readonly name: string;
  readonly domain: string;
  /** Where SSH reaches the machine; an IP address or a host name. */
  readonly host: string;
  /** Public ECDSA host key of the machine, as `ssh-keyscan -t ecdsa HOST` prints it without the host. */
  readonly hostKey: string;
  readonly cpus: number;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  readonly dataDiskGiB?: number;
  /** Device of the second disk. */
  readonly dataDisk?: string;
  readonly sponsor?: string;
  /** Bucket of the images; without one, images go to no registry. */
  readonly s3?: { readonly bucket: string; readonly endpoint: string };
  readonly weight: number;
  /** What the operator did not say and was assumed, for the first step. */
  readonly assumed?: readonly string[];
}

/** Plans a new member of a proxy's federation. Throws Failure (exit code 2) when the result would not hold. */
export function planAdd(member: NewMember, proxy: string, stackFile: StackFileTexts): MemberPlan {
  const { name } = member;
  if (stackFile(name) !== undefined) {
    throw new Failure(`stack ${name} already exists (${fileOf(name)})`, 2);
  }
  const file = memberFile(member);
  const document = documentOf(proxy, stackFile);
  const entry = document.createNode({ name, weight: member.weight }, { flow: true });
  membersOf(document, proxy).add(entry);
  const proxyText = stackFileText(document);
  const changed = { [name]: file, [proxy]: proxyText };
  derive(name, changed, stackFile);
  return {
    files: { [fileOf(name)]: file, [fileOf(proxy)]: proxyText },
    proxyChanges: changesOf(derive(proxy, {}, stackFile), derive(proxy, changed, stackFile)),
    steps: stepsAfterAdding(member, file, proxy),
  };
}

/**
 * Plans the removal of a member: the same two files. `names` are all stacks. Throws Failure when the federation would
 * not hold without it, or when another stack keeps its images there.
 */
export function planRemove(
  name: string,
  proxy: string,
  stackFile: StackFileTexts,
  names: readonly string[],
): MemberPlan {
  if (stackFile(name) === undefined) {
    throw new Failure(`no stack ${name} (${fileOf(name)} does not exist)`, 2);
  }
  const document = documentOf(proxy, stackFile);
  const members = membersOf(document, proxy);
  const index = members.items.findIndex((item) => isMap(item) && item.get("name") === name);
  if (index < 0) throw new Failure(`${name} is not among the members of ${proxy}`, 2);
  members.delete(index);
  const proxyText = stackFileText(document);
  const without: StackFileTexts = (stack) => (stack === name ? undefined : stackFile(stack));
  const before = derive(proxy, {}, stackFile);
  const after = derive(proxy, { [proxy]: proxyText }, without);
  const stack = derive(name, {}, stackFile);
  const dependents = pushTo(stack, names, stackFile);
  if (dependents.length > 0) {
    throw new Failure(
      `nothing was changed. These stacks store their images at ${stack.hosts.registry}: ${dependents.join(", ")}; ` +
        `change their mybinder:registry first`,
      2,
    );
  }
  return {
    files: { [fileOf(name)]: undefined, [fileOf(proxy)]: proxyText },
    proxyChanges: changesOf(before, after),
    steps: [
      `Before this lands the stack must be empty: npx mybinder members retire ${name} (docs/retire-a-member.md)`,
      `Remove or revoke what remains elsewhere:\n${leftBehind(stack)
        .map((line) => `  - ${line}`)
        .join("\n")}`,
    ],
  };
}

function memberFile(member: NewMember): string {
  const { name, domain, host, hostKey, cpus, memoryGiB, diskGiB, dataDiskGiB, dataDisk, sponsor, s3 } =
    member;
  const disks = {
    ...(dataDiskGiB !== undefined && { dataDiskGiB }),
    ...(dataDisk !== undefined && { dataDisk }),
  };
  const document = new Document({
    config: {
      "pulumi:disable-default-providers": ["kubernetes", "gcp"],
      "mybinder:role": "member",
      ...(sponsor !== undefined && { "mybinder:sponsor": sponsor }),
      "mybinder:domain": domain,
      "mybinder:cluster": {
        kind: "k3s",
        host,
        hostKey,
        machine: { cpus, memoryGiB, diskGiB, ...disks },
      },
      // its limits are far higher: a wrong DNS record does not use up production's
      "mybinder:certificates": { issuer: "letsencrypt-staging" },
      "mybinder:registry": s3 ? { kind: "harbor", s3 } : { kind: "none" },
    },
  });
  document.commentBefore = ` ${domain}, the federation member ${name}.`;
  const machine = document.getIn(["config", "mybinder:cluster", "machine"]) as YAMLMap;
  machine.flow = true;
  return stackFileText(document);
}

function stepsAfterAdding(
  { name, domain, host, assumed = [] }: NewMember,
  file: string,
  proxy: string,
): string[] {
  const { config, hosts } = derive(name, { [name]: file }, () => undefined);
  const secrets = secretsOf(config).flatMap((secret) =>
    secret.source === "given" && !secret.optional?.(config)
      ? [`  ${settingCommand(secret, name)}   # ${secret.purpose}`]
      : [],
  );
  return [
    ...(assumed.length > 0
      ? [`Check the assumptions in ${fileOf(name)}:\n${assumed.map((line) => `  - ${line}`).join("\n")}`]
      : []),
    `DNS: A ${domain} -> ${host}, and A *.${domain} -> ${host}`,
    `Rehearse it: npx mybinder rehearse ${name} ${proxy}`,
    `pulumi stack init ${name} --secrets-provider PROVIDER, then its secrets:\n${secrets.join("\n")}`,
    `pulumi up --stack ${name}, then: npx mybinder members check ${name} (https://${primaryHost(hosts.binder)})`,
    `When all but its certificate passes, remove mybinder:certificates from ${fileOf(name)}: its certificates are ` +
      `Let's Encrypt's for tests, which no browser accepts. Then pulumi up --stack ${name}, and check again (docs/certificates.md)`,
    `pulumi up --stack ${proxy}; then raise its weight in ${fileOf(proxy)} step by step`,
  ];
}
