import { type Provider, PROVIDERS } from "../../schema/providers";

export { type Provider, PROVIDERS };

/** What can be banned: an address that asks us, an address or a host that pods must not reach, a repository. */
export const BAN_KINDS = ["client", "destination", "host", "repository"] as const;
export type BanKind = (typeof BAN_KINDS)[number];

/** One ban. */
export interface Ban {
  readonly kind: BanKind;
  /** The address or CIDR block, the host name, or the pattern of specs: Python's, matched from the start, ignoring case. */
  readonly what: string;
  /** Of a repository: the provider's class in BinderHub. */
  readonly provider?: Provider | undefined;
  /** Why, for the next operator. */
  readonly reason: string;
  /** ISO time at which it ends by itself. */
  readonly until?: string | undefined;
}

/** The bans that hold at a time. */
export function activeBans(bans: readonly Ban[], now: Date): Ban[] {
  return bans.filter(({ until }) => until === undefined || now.getTime() < Date.parse(until));
}

/** What a ban is about: two bans with the same key are one. */
export function banKey({ kind, what, provider }: Pick<Ban, "kind" | "what" | "provider">): string {
  return [kind, provider ?? "", what].join(" ");
}

/** The list with a ban added, or changed, and without those that have ended. In an order of its own, so that two lists compare. */
export function withBan(bans: readonly Ban[], ban: Ban, now: Date): Ban[] {
  const others = activeBans(bans, now).filter((one) => banKey(one) !== banKey(ban));
  return sorted([...others, compact(ban)]);
}

/** The list without a ban, and without those that have ended. */
export function withoutBan(
  bans: readonly Ban[],
  ban: Pick<Ban, "kind" | "what" | "provider">,
  now: Date,
): Ban[] {
  return sorted(activeBans(bans, now).filter((one) => banKey(one) !== banKey(ban)));
}

/** The list as the text that is encrypted, and that programs in the clusters read. */
export function banListText(bans: readonly Ban[]): string {
  const lines = bans.map((ban) => `  ${JSON.stringify(compact(ban))}`);
  return lines.length === 0 ? '{"bans": []}\n' : `{"bans": [\n${lines.join(",\n")}\n]}\n`;
}

/**
 * The list from its text, for programs in a cluster: what was set was checked then. Throws when it is no list of bans, with a message
 * that shows none.
 */
export function parseBanList(text: string): Ban[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error("not JSON");
  }
  const bans = typeof parsed === "object" && parsed !== null && "bans" in parsed ? parsed.bans : undefined;
  if (!Array.isArray(bans)) throw new Error("no list of bans");
  return bans.map((ban: unknown, index) => {
    if (!isBan(ban)) throw new Error(`ban ${String(index + 1)} is malformed`);
    return ban;
  });
}

function isBan(value: unknown): value is Ban {
  if (typeof value !== "object" || value === null) return false;
  const { kind, what, provider, until } = value as Readonly<Record<string, unknown>>;
  return (
    BAN_KINDS.some((one) => one === kind) &&
    typeof what === "string" &&
    (kind !== "repository" || PROVIDERS.some((one) => one === provider)) &&
    (until === undefined || (typeof until === "string" && !Number.isNaN(Date.parse(until))))
  );
}

function compact({ kind, what, provider, reason, until }: Ban): Ban {
  return { kind, ...(provider && { provider }), what, reason, ...(until !== undefined && { until }) };
}

function sorted(bans: readonly Ban[]): Ban[] {
  return [...bans].sort((a, b) => (banKey(a) < banKey(b) ? -1 : 1));
}
