import { Document, isMap, isSeq, parseDocument, type YAMLMap } from "yaml";
import { deriveStack } from "../../model/config";
import { ConfigError } from "../../model/configError";
import { first } from "../../model/member";
import { rawConfigOf, type RawConfig } from "../../model/stackFiles";
import { secretsOf } from "../../secret/catalogue";
import { Failure } from "../failure";
import { stackFileText } from "../stackFileText";

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
  /** Bucket of the images; without one, images go to no registry. */
  readonly s3?: { readonly bucket: string; readonly endpoint: string };
  readonly weight: number;
}

/** The texts of the two files that adding or removing a member changes, and what is left to do outside. */
export interface MemberPlan {
  /** Text of each file; `undefined` removes it. */
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly steps: readonly string[];
}

/** The stack files as they are: text by stack name. */
export type StackTexts = (stack: string) => string | undefined;

/** Plans a new member of a proxy's federation. Throws Failure (exit code 2) when the result would not hold. */
export function planAdd(member: NewMember, proxy: string, texts: StackTexts): MemberPlan {
  const { name } = member;
  if (texts(name) !== undefined) {
    throw new Failure(`there is a stack ${name} already (Pulumi.${name}.yaml)`, 2);
  }
  const file = memberFile(member);
  const document = proxyDocument(proxy, texts);
  const entry = document.createNode({ name, weight: member.weight }, { flow: true });
  membersOf(document, proxy).add(entry);
  const proxyText = stackFileText(document);
  check(proxy, { [name]: file, [proxy]: proxyText }, texts);
  return {
    files: { [fileOf(name)]: file, [fileOf(proxy)]: proxyText },
    steps: stepsAfterAdding(member, file, proxy),
  };
}

/** Plans the removal of a member: the same two files. Throws Failure when the federation would not hold without it. */
export function planRemove(name: string, proxy: string, texts: StackTexts): MemberPlan {
  const file = texts(name);
  if (file === undefined) throw new Failure(`there is no stack ${name} (no Pulumi.${name}.yaml)`, 2);
  const document = proxyDocument(proxy, texts);
  const members = membersOf(document, proxy);
  const index = members.items.findIndex((item) => isMap(item) && item.get("name") === name);
  if (index < 0) throw new Failure(`${name} is not among the members of ${proxy}`, 2);
  members.delete(index);
  const proxyText = stackFileText(document);
  check(proxy, { [proxy]: proxyText }, (stack) => (stack === name ? undefined : texts(stack)));
  const { config } = derive(name, { [name]: file }, texts);
  const revoke = secretsOf(config).flatMap((secret) =>
    secret.source === "given" ? [`  ${secret.key}: ${secret.purpose}`] : [],
  );
  return {
    files: { [fileOf(name)]: undefined, [fileOf(proxy)]: proxyText },
    steps: [
      `Before this lands: pulumi up --stack ${proxy}, wait out the sessions (6 hours), then pulumi destroy --stack ${name}`,
      `DNS: remove A ${config.domain} and A *.${config.domain}`,
      `Revoke what the stack was given:\n${revoke.join("\n")}`,
      `pulumi stack rm ${name}`,
    ],
  };
}

function memberFile(member: NewMember): string {
  const { name, domain, host, hostKey, cpus, memoryGiB, diskGiB, dataDiskGiB, s3 } = member;
  const document = new Document({
    config: {
      "pulumi:disable-default-providers": ["kubernetes", "gcp"],
      "mybinder:role": "member",
      "mybinder:domain": domain,
      "mybinder:cluster": {
        kind: "k3s",
        host,
        hostKey,
        machine: { cpus, memoryGiB, diskGiB, ...(dataDiskGiB !== undefined && { dataDiskGiB }) },
      },
      "mybinder:registry": s3 ? { kind: "harbor", s3 } : { kind: "none" },
    },
  });
  document.commentBefore = ` ${domain}, the federation member ${name}.`;
  const machine = document.getIn(["config", "mybinder:cluster", "machine"]) as YAMLMap;
  machine.flow = true;
  return stackFileText(document);
}

function stepsAfterAdding({ name, domain, host }: NewMember, file: string, proxy: string): string[] {
  const { config, hosts } = derive(name, { [name]: file }, () => undefined);
  const secrets = secretsOf(config).flatMap((secret) =>
    secret.source === "given" && !secret.optional?.(config)
      ? [`  npx mybinder secrets set ${secret.key} --stack ${name} --file FILE   # ${secret.purpose}`]
      : [],
  );
  return [
    `DNS: A ${domain} -> ${host}, and A *.${domain} -> ${host}`,
    `Rehearse it: npx mybinder rehearse ${name} ${proxy}`,
    `pulumi stack init ${name} --secrets-provider PROVIDER, then its secrets:\n${secrets.join("\n")}`,
    `pulumi up --stack ${name}, and see https://${first(hosts.binder)}/health`,
    `pulumi up --stack ${proxy}; then raise its weight in Pulumi.${proxy}.yaml step by step`,
  ];
}

function proxyDocument(proxy: string, texts: StackTexts): Document {
  const text = texts(proxy);
  if (text === undefined) throw new Failure(`there is no stack ${proxy} (no Pulumi.${proxy}.yaml)`, 2);
  return parseDocument(text);
}

function membersOf(
  document: Document,
  proxy: string,
): { items: unknown[]; add: (item: unknown) => void; delete: (index: number) => boolean } {
  const members = document.getIn(["config", "mybinder:federation", "members"]);
  if (!isSeq(members)) {
    throw new Failure(
      `stack ${proxy} has no list federation.members; which stack is the proxy? --proxy NAME`,
      2,
    );
  }
  return members;
}

function check(proxy: string, changed: Readonly<Record<string, string>>, texts: StackTexts): void {
  for (const stack of Object.keys(changed)) derive(stack, changed, texts);
  derive(proxy, changed, texts);
}

function derive(
  stack: string,
  changed: Readonly<Record<string, string>>,
  texts: StackTexts,
): ReturnType<typeof deriveStack> {
  const rawOf = (name: string): RawConfig | undefined => {
    const text = changed[name] ?? texts(name);
    return text === undefined ? undefined : rawConfigOf(name, text);
  };
  try {
    return deriveStack(stack, rawOf(stack) ?? {}, rawOf);
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure(`nothing was changed. ${error.message}`, 2);
    throw error;
  }
}

function fileOf(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}
