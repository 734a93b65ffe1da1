import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { type Folders, writePrivate } from "./folders";

/** Who may talk to the API server, each with a token of its own; RBAC says what each may do. */
const USERS = {
  admin: { user: "admin", group: "system:masters" },
  controllerManager: { user: "system:kube-controller-manager", group: "system:authenticated" },
  scheduler: { user: "system:kube-scheduler", group: "system:authenticated" },
  kwok: { user: "system:kwok", group: "system:authenticated" },
} as const;

export type UserName = keyof typeof USERS;

export const USER_NAMES = Object.keys(USERS) as UserName[];

/** What a client needs to talk to the API server: address, the certificate to trust, and who it is. */
export interface Access {
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/**
 * Writes the key pair that signs service-account tokens, and a fresh random token per user. The serving certificate
 * is the API server's own making: it writes it with its own CA into `pki` when it starts.
 */
export function writeCredentials({ pki }: Folders): Readonly<Record<UserName, string>> {
  mkdirSync(pki, { mode: 0o700 });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writePrivate(
    join(pki, "service-account.key"),
    privateKey.export({ type: "sec1", format: "pem" }).toString(),
  );
  writePrivate(
    join(pki, "service-account.pub"),
    publicKey.export({ type: "spki", format: "pem" }).toString(),
  );
  const tokens = USER_NAMES.map((name) => [name, randomBytes(32).toString("base64url")] as const);
  const rows = tokens.map(([name, token]) => `${token},${USERS[name].user},${name},${USERS[name].group}\n`);
  writePrivate(join(pki, "tokens.csv"), rows.join(""));
  return Object.fromEntries(tokens) as Record<UserName, string>;
}

/** The tokens that `writeCredentials` wrote. Throws if there are none. */
export function readToken({ pki }: Folders, name: UserName): string {
  const rows = readFileSync(join(pki, "tokens.csv"), "utf8").split("\n");
  const token = rows.map((row) => row.split(",")).find(([, , uid]) => uid === name)?.[0];
  if (!token) throw new Error(`${pki}/tokens.csv has no token of ${name}`);
  return token;
}

/** The certificate of the API server followed by its CA's, PEM; undefined until the API server has written it. */
export function readCertificate({ pki }: Folders): string | undefined {
  try {
    const pem = readFileSync(join(pki, "apiserver.crt"), "utf8");
    return pem.split("-----END CERTIFICATE-----").length === 3 ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** Writes `user`'s kubeconfig, mode 0600, with everything in it: nothing else is needed to use the control plane. */
export function writeKubeconfig(kubeconfig: {
  path: string;
  name: string;
  user: UserName;
  access: Access;
}): void {
  const { path, name, user, access } = kubeconfig;
  const context = `mybinder-${name}`;
  writePrivate(
    path,
    `apiVersion: v1
kind: Config
current-context: ${context}
clusters:
  - name: ${context}
    cluster:
      server: ${access.server}
      certificate-authority-data: ${Buffer.from(access.ca).toString("base64")}
users:
  - name: ${context}-${user}
    user:
      token: ${access.token}
contexts:
  - name: ${context}
    context:
      cluster: ${context}
      user: ${context}-${user}
`,
  );
}
