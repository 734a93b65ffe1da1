import type { RegistryConfig } from "../schema/registry";
import type { MemberConfig } from "../schema/stack";

/** A member's registry, as clients that push and pull see it. */
export interface Registry {
  /** URL to which images are pushed; empty: they are not pushed. */
  readonly url: string;
  /** Prefix of every image name, including the registry's host. */
  readonly imagePrefix: string;
  /** The user that pushes and the user that pulls; `undefined`: the secrets hold their names. */
  readonly pusher: string | undefined;
  readonly puller: string | undefined;
  /** Registry to which user pods log in, as named in a Docker configuration; `undefined`: no login needed. */
  readonly pullFrom: string | undefined;
}

/** Derives a member's registry. `host` is the host of its own Harbor. */
export function registryOf(stack: string, registry: RegistryConfig, host: string): Registry {
  switch (registry.kind) {
    case "harbor":
      return {
        url: `https://${host}`,
        imagePrefix: `${host}/${registry.project}/i-`,
        pusher: robotAccount(registry.project, builder(stack)),
        puller: robotAccount(registry.project, puller(stack)),
        pullFrom: host,
      };
    case "googleArtifactRegistry": {
      const host = `${registry.location}-docker.pkg.dev`;
      const imagePrefix = `${host}/${registry.project}/${registry.repository}/i-`;
      // Google's user name for "the password is a service account's key"
      const user = "_json_key";
      return { url: `https://${host}`, imagePrefix, pusher: user, puller: user, pullFrom: host };
    }
    case "external": {
      const { url, imagePrefix, login } = registry;
      const pullFrom = login === "account" ? registryOfImage(imagePrefix) : undefined;
      return { url, imagePrefix, pusher: undefined, puller: undefined, pullFrom };
    }
    case "none":
      return {
        url: "",
        imagePrefix: "local/i-",
        pusher: undefined,
        puller: undefined,
        pullFrom: undefined,
      };
  }
}

/**
 * Warns that a member without a registry cannot launch; `undefined` when there is nothing to warn about. Without a registry,
 * images stay in the Docker daemon that builds them, and the containerd of K3s and GKE cannot pull from there.
 */
export function registryWarning(stack: string, { cluster, registry }: MemberConfig): string | undefined {
  if (registry.kind !== "none" || cluster.kind === "existing") return undefined;
  return (
    `mybinder:registry.kind of ${stack}: found none; user pods cannot pull the images that are built, so launches end in ` +
    "ImagePullBackOff. Use none only between two registries; otherwise set harbor, googleArtifactRegistry or external " +
    "(docs/registry.md)"
  );
}

/** The registry of an image, as Docker's configuration and the kubelet name it: its host, or Docker Hub's old address. */
function registryOfImage(image: string): string {
  const [host = "", ...rest] = image.split("/");
  const named = rest.length > 0 && (/[.:]/.test(host) || host === "localhost");
  return named && !/^(index\.)?docker\.io$/.test(host) ? host : "https://index.docker.io/v1/";
}

/** A robot account as clients write it: with the prefix that Harbor has by default. */
export function robotAccount(project: string, name: string): string {
  return `robot$${project}+${name}`;
}

/** Robot account that pushes what the stack builds. */
export const builder = (stack: string): string => `${stack}-builder`;
/** Robot account that pulls for the stack. */
export const puller = (stack: string): string => `${stack}-user-puller`;

/** Name of the secret file of a guest's robot account. */
export const guestSecret = (project: string): string => `guest-${project}`;
/** Name of the secret file of the robot account with which another stack pushes its images. */
export const mirrorFromSecret = (stack: string): string => `mirror-from-${stack}`;
/** Name of the secret file of this stack's robot account at another stack's Harbor. */
export const mirrorToSecret = (stack: string): string => `mirror-to-${stack}`;

/** Robot account with which a stack pushes to a mirror. */
export function mirrorRobot(pusher: string): string {
  return `mirror-${pusher}`;
}
