import type { StackConfig } from "../model/schema/stack";
import { harborAccounts, HARBOR_RESTARTS } from "./harbor";
import { alone, always, harbor, helped, monitored, type Need, serves } from "./needs";
import type { GeneratedRotation, GeneratedSecret } from "./types";

/** The secrets that the program draws. */
export const generatedSecrets: readonly GeneratedSecret[] = [
  hex("hub-cookie-secret", "signs JupyterHub's cookies", "binderhub.jupyterhub.hub.cookieSecret", {
    effect: "the hub restarts, and open sessions lose their cookie and must be launched again",
  }),
  hex("proxy-token", "JupyterHub's access to its proxy", "binderhub.jupyterhub.proxy.secretToken", {
    effect: "hub and proxy restart: sessions cannot be reached for about a minute",
  }),
  hex(
    "binder-token",
    "BinderHub's access to JupyterHub",
    "binderhub.jupyterhub.hub.services.binder.apiToken",
    {
      effect: "hub and BinderHub restart: launches fail for about a minute",
    },
  ),
  {
    ...hex(
      "hub-crypt-key",
      "encrypts what JupyterHub keeps of a login; nobody logs in, but the chart would draw one, and restart the hub with the first upgrade",
      "binderhub.jupyterhub.hub.config.CryptKeeper.keys",
      { effect: "the hub restarts: launches fail for about a minute" },
    ),
    list: true,
  },
  {
    key: "build-token",
    source: "generated",
    purpose:
      "signs the pages of BinderHub, so that each of its replicas launches what a page of another asks for",
    usedBy: "BinderHub",
    values: ["binderhub.config.BinderHub.build_token_secret"],
    neededBy: alone,
    shape: "hex",
    length: 32,
    rotation: { effect: "BinderHub restarts; a page of the last five minutes may be told to load again" },
  },
  text("grafana-admin", "Grafana's administrator", "Grafana", "grafana.adminPassword", monitored, 32, {
    effect: "Grafana restarts",
    byHand:
      "Grafana reads the password only at its first start; after the deploy, run in its pod: " +
      "grafana cli admin reset-admin-password (Secret <stack>-grafana holds the new one)",
  }),
  text("harbor-admin", "Harbor's administrator", "Harbor", "harbor.harborAdminPassword", harbor, 32, {
    effect: "Harbor's core restarts",
    byHand:
      "Harbor reads the password only at its first start; after the deploy, set the new one " +
      "(Secret <stack>-harbor-core) on Harbor's web page",
  }),
  text(
    "harbor-core",
    "Harbor core's access to its parts",
    "Harbor",
    "harbor.core.secret",
    harbor,
    16,
    HARBOR_RESTARTS,
  ),
  text("harbor-xsrf", "signs Harbor's forms", "Harbor", "harbor.core.xsrfKey", harbor, 32, {
    effect: "Harbor's core restarts; open web pages of Harbor have to be loaded again",
  }),
  text("harbor-key", "encrypts Harbor's stored passwords", "Harbor", "harbor.secretKey", harbor, 16, {
    effect: "Harbor can no longer read the passwords that it stored",
    byHand: "after the deploy, enter the credentials of Harbor's replications and proxy caches again",
  }),
  text(
    "harbor-jobservice",
    "Harbor job service's access to core",
    "Harbor",
    "harbor.jobservice.secret",
    harbor,
    16,
    HARBOR_RESTARTS,
  ),
  text("harbor-registry", "signs Harbor registry's uploads", "Harbor", "harbor.registry.secret", harbor, 16, {
    effect: "Harbor's registry restarts, and pushes that are under way begin again",
  }),
  text("harbor-database", "Harbor's database", "Harbor", "harbor.database.internal.password", harbor, 32, {
    effect: "Harbor cannot log in to its database",
    byHand:
      "the database reads the password only at its first start; right after the deploy, run in its pod: " +
      "psql -U postgres -c \"alter user postgres password '<the new one>'\" (Secret <stack>-harbor-database holds it)",
  }),
  ...harborAccounts,
  {
    key: "registry-helper",
    source: "generated",
    purpose: "BinderHub's access to the helper that has credentials for the registry",
    usedBy: "BinderHub, binderhub-container-registry-helper",
    values: [
      "binderhub-container-registry-helper.auth_token",
      "binderhub.config.ExternalRegistryHelper.auth_token",
    ],
    neededBy: helped,
    shape: "hex",
    length: 32,
    rotation: { effect: "BinderHub and the helper restart; until both have, builds fail" },
  },
];

/** Whether a stack's state has the secret: it is used, or kept for the volume that remembers it. */
export function isDrawn({ neededBy, keptBy }: GeneratedSecret, config: StackConfig): boolean {
  return neededBy(config) || keptBy?.(config) === true;
}

/** A secret of JupyterHub's or BinderHub's: 32 random bytes in hex. */
function hex(key: string, purpose: string, path: string, rotation: GeneratedRotation): GeneratedSecret {
  const usedBy = key === "binder-token" ? "BinderHub, JupyterHub" : "JupyterHub";
  const base = { key, source: "generated", purpose, usedBy, values: [path], neededBy: serves } as const;
  return { ...base, shape: "hex", length: 32, rotation };
}

function text(
  key: string,
  purpose: string,
  usedBy: string,
  path: string,
  neededBy: Need,
  length: number,
  rotation: GeneratedRotation,
): GeneratedSecret {
  const base = { key, source: "generated", purpose, usedBy, values: [path], neededBy } as const;
  // A secret that cannot be replaced alone is in a volume.
  const keptBy = neededBy === harbor ? serves : always;
  return {
    ...base,
    shape: "alphanumeric",
    length,
    rotation,
    ...(rotation.byHand !== undefined && { keptBy }),
  };
}
