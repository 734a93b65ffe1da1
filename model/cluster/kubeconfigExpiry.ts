import { X509Certificate } from "node:crypto";
import { parseYaml } from "../schema/plain/silentYaml";

const DAY = 24 * 3600 * 1000;

/** How long a kubeconfig still gives access. */
export interface Expiry {
  readonly level: "fine" | "soon" | "late";
  /** One sentence for the operator; empty when all is well. */
  readonly message: string;
}

/**
 * When the first client certificate in a kubeconfig expires. K3s issues them for 365 days; after that every deploy fails.
 * Returns `undefined` for a kubeconfig without client certificates (GKE) and for any other text; whatever uses it reports that better.
 */
export function clientCertificateExpiry(kubeconfig: string): Date | undefined {
  const dates = usersOf(kubeconfig).flatMap((user) => {
    const data = user?.user?.["client-certificate-data"];
    if (typeof data !== "string") return [];
    try {
      return [new Date(new X509Certificate(Buffer.from(data, "base64")).validTo)];
    } catch {
      return [];
    }
  });
  return dates.sort((a, b) => a.getTime() - b.getTime())[0];
}

/** The message about an expiry: none, a warning below 45 days, an error below 7. `fix` says what to do. */
export function judgeExpiry(stack: string, expiry: Date | undefined, now: Date, fix: string): Expiry {
  if (!expiry) return { level: "fine", message: "" };
  const days = Math.floor((expiry.getTime() - now.getTime()) / DAY);
  if (days >= 45) return { level: "fine", message: "" };
  const when =
    days < 0
      ? `expired ${String(-days)} days ago`
      : `expires in ${days === 1 ? "1 day" : `${String(days)} days`}`;
  const message = `stack ${stack}: the client certificate of its kubeconfig ${when} (${expiry.toISOString().slice(0, 10)}). ${fix}`;
  return { level: days < 7 ? "late" : "soon", message };
}

type KubeconfigUser = { readonly user?: Readonly<Record<string, unknown>> } | null;

function usersOf(kubeconfig: string): readonly KubeconfigUser[] {
  try {
    const { users } = (parseYaml(kubeconfig) ?? {}) as { users?: unknown };
    return Array.isArray(users) ? (users as KubeconfigUser[]) : [];
  } catch {
    return [];
  }
}
