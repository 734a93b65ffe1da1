import { dindPath } from "../member/buildDisk";
import type { Stack } from "../stack/config";
import { servesLaunches } from "../federation/federation";
import type { Member } from "../member/member";
import type { Values } from "../schema/plain/mergeValues";
import type { Registry } from "../member/registry";
import { frontPageValues } from "./frontPage";
import { harborSetup } from "./harborSetup";
import { type HarborConfig, usesHelper } from "../schema/registry";
import type { MemberConfig } from "../schema/stack";
import { boostValues } from "./boosts";
import { buildPrunerValues, imageCleanerValues } from "./builds";
import { ingressTls, nodeSelector } from "./placement";
import { EVENT_LOG_CONFIG } from "./eventLog";
import { schedulingValues } from "./scheduling";

/** Name of the Secret with the Google service account key that writes launch events. */
export const EVENTS_SECRET = "events-archiver-secrets";
/** Name of the Service that gives credentials for a registry; the chart's own would be cut with a long release name. */
const HELPER = "container-registry-helper";

/** Where GKE's NodeLocal DNSCache listens on each node, once a cluster has it. */
const NODE_LOCAL_DNS = "169.254.20.10";

/** Values of a stack that serves launches: BinderHub, JupyterHub, builds, registry. */
export function memberValues(stack: Stack, member: Member): Values {
  const { config } = stack;
  if (!servesLaunches(config)) return {};
  return {
    federationProxy: { notFound: { binderUrl: member.url } },
    buildPruner: buildPrunerValues(config, member),
    // they can end any process of their node
    cryptnono: { nodeSelector: nodeSelector(stack, "user") },
    processScanner: { nodeSelector: nodeSelector(stack, "user") },
    ...networkPolicy(config, member.registry),
    binderhub: binderhub(stack, member, config),
    ...(usesHelper(config.registry) && {
      "binderhub-container-registry-helper": { enabled: true, fullnameOverride: HELPER },
    }),
    ...(config.registry.kind === "harbor" && {
      harbor: harbor(stack, config.registry),
      harborSetup: {
        nodeSelector: nodeSelector(stack, "core"),
        ...harborSetup(stack.name, config.registry, stack.mirrors),
      },
    }),
  };
}

/** Builds push to the registry, so its port is open where it has one of its own. */
function networkPolicy({ cluster }: MemberConfig, { url }: Registry): Values {
  const port = url === "" ? "" : new URL(url).port;
  const egress = {
    ...(cluster.kind === "gke" && { nodeLocalDns: NODE_LOCAL_DNS }),
    ...(port !== "" && { registryPorts: [Number(port)] }),
  };
  return Object.keys(egress).length === 0 ? {} : { networkPolicy: { egress } };
}

function binderhub(stack: Stack, member: Member, config: MemberConfig): Values {
  const { binder, registry } = config;
  const core = nodeSelector(stack, "core");
  const path = dindPath(config);
  return {
    nodeSelector: core,
    ...(binder.resources && { resources: binder.resources }),
    config: {
      BinderHub: {
        ...frontPageValues(stack.name),
        hub_url: member.hubUrl,
        badge_base_url: binder.badgeBaseUrl,
        image_prefix: member.registry.imagePrefix,
        sticky_builds: true,
        use_registry: registry.kind !== "none",
        concurrent_build_limit: member.buildsPerPod,
        build_node_selector: nodeSelector(stack, "user"),
        ...(usesHelper(registry) && { registry_class: "binderhub.registry.ExternalRegistryHelper" }),
      },
      ...(usesHelper(registry) && { ExternalRegistryHelper: { service_url: `http://${HELPER}:8080` } }),
      LaunchQuota: { total_quota: member.launchQuota },
      KubernetesBuildExecutor: { docker_host: "/var/run/dind/docker.sock" },
      ...boostValues(config),
    },
    ...(registry.kind !== "none" && {
      registry: { url: member.registry.url, ...username(member.registry.pusher) },
    }),
    ingress: { hosts: stack.hosts.binder, tls: ingressTls(stack, "binder") },
    dind: {
      ...(path !== undefined && { hostLibDir: path }),
      ...(binder.dindResources && { resources: binder.dindResources }),
    },
    imageCleaner: imageCleanerValues(config, member),
    jupyterhub: jupyterhub(stack, member, config),
    ...events(config),
  };
}

/** Of a robot account that the program makes; the name of another comes with the secrets. */
function username(name: string | undefined): Values {
  return name === undefined ? {} : { username: name };
}

/** With `create` alone does the chart make the Secret, and the hub give it to user pods; its password is a secret. */
function pullSecret({ pullFrom, puller }: Registry): Values {
  if (pullFrom === undefined) return {};
  return { imagePullSecret: { create: true, registry: pullFrom, ...username(puller) } };
}

function jupyterhub(stack: Stack, member: Member, { binder }: MemberConfig): Values {
  const core = nodeSelector(stack, "core");
  const { user } = binder;
  return {
    ...pullSecret(member.registry),
    ingress: { hosts: stack.hosts.hub, tls: ingressTls(stack, "hub") },
    hub: {
      nodeSelector: core,
      ...(binder.activeServerLimit !== undefined && {
        config: { JupyterHub: { active_server_limit: binder.activeServerLimit } },
      }),
    },
    proxy: { chp: { nodeSelector: core } },
    scheduling: schedulingValues(stack, member),
    singleuser: {
      nodeSelector: nodeSelector(stack, "user"),
      memory: { guarantee: user.memoryGuarantee, limit: user.memoryLimit },
      cpu: { guarantee: user.cpuGuarantee, limit: user.cpuLimit },
    },
  };
}

/** Launch events go to Google Cloud Logging with a mounted key, or nowhere. */
function events({ binder }: MemberConfig): Values {
  if (!binder.events) return {};
  return {
    extraConfig: { "01-eventlog": EVENT_LOG_CONFIG },
    extraVolumes: [{ name: "secrets", secret: { secretName: EVENTS_SECRET } }],
    extraVolumeMounts: [{ name: "secrets", mountPath: "/secrets", readOnly: true }],
    extraEnv: {
      GOOGLE_APPLICATION_CREDENTIALS: "/secrets/service-account.json",
      ...(binder.eventLogName !== undefined && { EVENT_LOG_NAME: binder.eventLogName }),
    },
  };
}

function harbor(stack: Stack, { s3, replicas }: HarborConfig): Values {
  const host = stack.hosts.registry;
  const [tls] = ingressTls(stack, "registry");
  return {
    enabled: true,
    externalURL: `https://${host}`,
    expose: {
      ingress: { hosts: { core: host } },
      ...(tls && { tls: { secret: { secretName: tls["secretName"] } } }),
    },
    persistence: {
      imageChartStorage: {
        s3: { region: s3.region, bucket: s3.bucket, regionendpoint: s3.endpoint, rootdirectory: "harbor" },
      },
    },
    core: { replicas },
    registry: { replicas },
  };
}
