import { alertmanagerConfig, hasReceivers, RECEIVERS_FOLDER } from "../alerts/alertmanager";
import { ruleFiles } from "../alerts/rules";
import type { FederationMember } from "../federation/federationMember";
import { urlsOf } from "../member/hosts";
import type { Values } from "../schema/plain/mergeValues";
import { parseQuantity } from "../schema/plain/quantity";
import type { Stack } from "../stack/config";
import { memberScrapeConfigs } from "./memberTargets";
import { ingressTls, nodeSelector } from "./placement";
import { probeScrapeConfig } from "./probes";
import { storageClass } from "./storageClass";

/** Part of its volume that Prometheus fills with blocks: the rest is for the write-ahead log and for compaction. */
const FILLED = 0.8;

/** Values of Prometheus, its rules, and the Alertmanager that tells what they find. */
export function prometheusValues(stack: Stack): Values {
  const { alerting } = stack.config;
  const { zulip } = alerting;
  return {
    prometheus: {
      enabled: true,
      server: server(stack),
      serverFiles: serverFiles(stack),
      "kube-state-metrics": { nodeSelector: nodeSelector(stack, "core") },
      alertmanager: alertmanager(stack),
      ...((stack.member ?? stack.federation) && {
        extraScrapeConfigs:
          scrapeConfigs(stack.member?.harborTargets ?? {}) +
          memberScrapeConfigs(otherMembers(stack)) +
          probeScrapeConfig(stack.probed),
      }),
    },
    ...(zulip && { alertReceivers: { zulip: { site: zulip.site, channel: zulip.channel } } }),
  };
}

/** The members of a stack's federation, itself excepted. */
export function otherMembers({ name, federation }: Stack): FederationMember[] {
  return (federation?.members ?? []).filter((member) => member.name !== name);
}

function server(stack: Stack): Values {
  const { monitoring } = stack.config;
  const { hosts, name } = stack;
  return {
    nodeSelector: nodeSelector(stack, "core"),
    retention: monitoring.prometheusRetention,
    retentionSize: `${String(Math.floor((FILLED * parseQuantity(monitoring.prometheusSize)) / 2 ** 20))}MB`,
    // for links in messages
    baseURL: urlsOf(stack.config, stack.hosts).prometheus,
    global: { external_labels: { stack: name } },
    alertmanagers: [{ static_configs: [{ targets: [`${name}-alertmanager:9093`] }] }],
    persistentVolume: {
      size: monitoring.prometheusSize,
      ...storageClass("storageClass", monitoring.storageClass),
    },
    ...(monitoring.prometheusResources && { resources: monitoring.prometheusResources }),
    ingress: {
      hosts: hosts.prometheus,
      tls: ingressTls(stack, "prometheus"),
    },
  };
}

function serverFiles(stack: Stack): Values {
  const { alerting, recording } = ruleFiles(stack);
  return { "alerting_rules.yml": alerting, "recording_rules.yml": recording };
}

function alertmanager(stack: Stack): Values {
  const { alerting, monitoring } = stack.config;
  const mount = {
    name: "receivers",
    mountPath: RECEIVERS_FOLDER,
    secretName: "alert-receivers",
    readOnly: true,
  };
  return {
    nodeSelector: nodeSelector(stack, "core"),
    persistence: storageClass("storageClass", monitoring.storageClass),
    config: alertmanagerConfig(alerting),
    ...((hasReceivers(alerting) || alerting.deadMansSwitch) && { extraSecretMounts: [mount] }),
  };
}

/** Prometheus scrape jobs as the YAML text that its chart takes. */
function scrapeConfigs(targets: Readonly<Record<string, string>>): string {
  return Object.entries(targets)
    .map(
      ([job, target]) =>
        `- job_name: ${job}\n  static_configs:\n    - targets: [${JSON.stringify(target)}]\n`,
    )
    .join("");
}
