import type { Stack } from "../stack/config";
import type { Federation } from "../federation/federation";
import { isDeployed } from "../member/lifecycle";
import { ingressTls, nodeSelector } from "./placement";
import type { Values } from "../schema/plain/mergeValues";
import { publicMembers } from "../federation/publicMembers";
import { answersForFederation } from "../federation/federation";
import { archiveBucket, rawBucket } from "../schema/google";
import type { ProxyConfig } from "../schema/stack";

/** Values of a stack that answers for the federation: members, redirected hosts and the public archive. */
export function proxyValues(stack: Stack, { members }: Federation): Values {
  const { config } = stack;
  if (!answersForFederation(config)) return {};
  return {
    syntheticLauncher: {
      ...config.syntheticLaunches,
      nodeSelector: nodeSelector(stack, "core"),
      leaveOut: members.filter(({ lifecycle }) => !isDeployed(lifecycle)).map(({ name }) => name),
    },
    federationProxy: {
      federation: {
        enabled: true,
        host: config.domain,
        tls: ingressTls(stack, "federation"),
        publicList: publicMembers(members),
        order: members.map(({ name }) => name),
        members: Object.fromEntries(
          members.map(({ name, url, weight, launchQuota }) => [
            name,
            { url, weight, ...(launchQuota !== undefined && { launchQuota }) },
          ]),
        ),
      },
      ...(config.federation.capacityFloor !== undefined && {
        agent: { capacityFloor: config.federation.capacityFloor },
      }),
      redirects: config.redirects.map(({ type, from, to }) => ({ type, from, to })),
      redirectsTls: ingressTls(stack, "redirects"),
      archive: {
        tls: ingressTls(stack, "archive"),
        buckets: config.archive.map(({ bucket, host }) => ({ name: bucket, host })),
      },
    },
    ...archivePublisher(stack, config),
  };
}

/** The publisher of launch events, where the stack has one. */
function archivePublisher(stack: Stack, { archivePublisher: publisher, google }: ProxyConfig): Values {
  if (!publisher || !google) return {};
  const { costs } = publisher;
  return {
    archivePublisher: {
      enabled: true,
      nodeSelector: nodeSelector(stack, "core"),
      log: google.eventLog,
      sourceBucket: rawBucket(google),
      archiveBucket: archiveBucket(google),
      ...(costs && { costs: { bucket: costs.bucket, kind: costs.format } }),
    },
  };
}
