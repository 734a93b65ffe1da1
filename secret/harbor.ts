import { harbor } from "./needs";
import type { GeneratedSecret } from "./types";

export const HARBOR_RESTARTS = {
  effect: "Harbor's core, job service and registry restart; pushes are retried",
};

const password = { source: "generated", neededBy: harbor, shape: "password", length: 32 } as const;

/** What logs in to Harbor or its registry, and what signs its tokens. */
export const harborAccounts: readonly GeneratedSecret[] = [
  {
    ...password,
    key: "harbor-registry-user",
    purpose: "Harbor core's access to its registry",
    usedBy: "Harbor",
    values: ["harbor.registry.credentials.password"],
    htpasswd: { user: "harbor_registry_user", path: "harbor.registry.credentials.htpasswdString" },
    rotation: HARBOR_RESTARTS,
  },
  {
    key: "harbor-token",
    source: "generated",
    purpose: "signs the tokens that Harbor gives to clients: key and certificate",
    usedBy: "Harbor",
    values: ["harbor.core.tokenKey", "harbor.core.tokenCert"],
    neededBy: harbor,
    shape: "keyPair",
    length: 2048,
    rotation: { effect: "Harbor's core restarts; pushes and pulls that are under way log in again" },
  },
  {
    ...password,
    key: "registry-builder",
    purpose: "Harbor's robot account that pushes built images",
    usedBy: "BinderHub, Harbor's setup",
    values: ["binderhub.registry.password", "harborSetup.secrets.builder"],
    rotation: { effect: "BinderHub restarts, and Harbor's setup runs; until both have, pushes fail" },
  },
  {
    ...password,
    key: "registry-puller",
    purpose: "Harbor's robot account that user pods pull with",
    usedBy: "JupyterHub, Harbor's setup",
    values: ["binderhub.jupyterhub.imagePullSecret.password", "harborSetup.secrets.puller"],
    rotation: { effect: "Harbor's setup runs; until it has, pods pull no new images" },
  },
];
