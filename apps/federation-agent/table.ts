import { createHash } from "node:crypto";

/** Slots that launch paths are hashed to. More slots follow weights more closely; HAProxy keeps a line for each. */
export const SLOTS = 4096;
/** Members named for each slot: the owner, and who stands in for it, in order. */
const CHOICES = 4;
/** Key under which the table says what it is. No member and no slot is called so. */
export const DIGEST_KEY = ":digest";
/** Key of the member that is asked for pages first. */
const PAGES_KEY = ":pages";

/** How much a member is to be preferred. Launches go to the best rank that anybody is in; the next ones stand in for it. */
export const RANK = {
  /** Well, with room. */
  serving: 0,
  /** Well, but not for long enough. */
  returning: 1,
  /** Well, with less room than it is to keep free. */
  reserve: 2,
  /** Well, and of weight 0: it takes new repositories when nobody else does. */
  resting: 3,
  full: 4,
  /** It answers, and a check of it fails. */
  ill: 5,
  /** It does not answer the agent; HAProxy may see it return first. */
  silent: 6,
} as const;
export type Rank = (typeof RANK)[keyof typeof RANK];

/** A member that may be in the table. */
export interface Candidate {
  readonly name: string;
  readonly url: string;
  readonly rank: Rank;
  /** Share of new repositories among those of the same rank; above 0. */
  readonly weight: number;
  /** Whether a cookie that names it is honoured. */
  readonly sticky: boolean;
}

/** What HAProxy is told: one map, so that one commit changes all of it. */
export interface Table {
  /** The map's lines, without a newline at the end of each. */
  readonly lines: readonly string[];
  readonly digest: string;
  /** Owner of each slot; "" where there is none. */
  readonly owners: readonly string[];
}

/**
 * Decides who owns which slot, by weighted rendezvous: each member draws a number for each slot, and the highest
 * draw, scaled by the weight, of the best rank has it. A member that leaves gives its slots to the runners-up and moves no other.
 * `pages` is the host of the member that serves pages; undefined leaves that to HAProxy.
 */
export function makeTable(candidates: readonly Candidate[], pages?: string): Table {
  const rates = candidates.map(({ name }) => rateTable(name));
  const owners: string[] = [];
  const lines: string[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const ranked = best(
      candidates,
      (index) => (candidates[index]?.weight ?? 0) * (rates[index]?.[slot] ?? 0),
    );
    owners.push(ranked[0]?.name ?? "");
    if (ranked.length > 0) lines.push(`${String(slot)} ${ranked.map(described).join("|")}`);
  }
  for (const candidate of candidates.filter(({ sticky }) => sticky)) {
    lines.push(`${candidate.name} ${described(candidate)}`);
  }
  if (pages !== undefined) lines.push(`${PAGES_KEY} ${pages}`);
  const digest = digestOf(lines);
  return { lines: [...lines, `${DIGEST_KEY} ${digest}`], digest, owners };
}

function described({ name, url }: Candidate): string {
  return `${name}|${url}`;
}

/** The first few by rank and score, best first: an insertion, since nearly all are left out. */
function best(candidates: readonly Candidate[], scoreOf: (index: number) => number): Candidate[] {
  const top: { candidate: Candidate; score: number }[] = [];
  candidates.forEach((candidate, index) => {
    const score = scoreOf(index);
    const beats = (other: (typeof top)[number]): boolean =>
      candidate.rank < other.candidate.rank ||
      (candidate.rank === other.candidate.rank && score > other.score);
    const last = top.at(-1);
    if (top.length === CHOICES && last && !beats(last)) return;
    const place = top.findIndex(beats);
    top.splice(place === -1 ? top.length : place, 0, { candidate, score });
    if (top.length > CHOICES) top.pop();
  });
  return top.map(({ candidate }) => candidate);
}

const rateTables = new Map<string, Float64Array>();

/** For each slot `-1 / ln(draw)`, whose product with a weight is the score. Drawn once for each name. */
function rateTable(name: string): Float64Array {
  const known = rateTables.get(name);
  if (known) return known;
  const rates = new Float64Array(SLOTS);
  const perDigest = 8;
  for (let block = 0; block < SLOTS / perDigest; block++) {
    const digest = createHash("sha256")
      .update(`${name}\0${String(block)}`)
      .digest();
    for (let part = 0; part < perDigest; part++) {
      const draw = (digest.readUInt32BE(part * 4) + 0.5) / 2 ** 32;
      rates[block * perDigest + part] = -1 / Math.log(draw);
    }
  }
  rateTables.set(name, rates);
  return rates;
}

/** How many slots have another owner. */
export function movedSlots(before: readonly string[], after: readonly string[]): number {
  return after.filter((owner, slot) => owner !== before[slot]).length;
}

function digestOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

/** Whether the text of a map file is a whole table: a node that lost its power may leave a part of one. */
export function isWhole(text: string): boolean {
  const lines = text.trimEnd().split("\n");
  const last = lines.pop();
  return last === `${DIGEST_KEY} ${digestOf(lines)}`;
}

/** Whether the text of a map file is a table that was made when nothing was known of any member. */
export function isFirst(text: string): boolean {
  return !text.split("\n").some((line) => line.startsWith(`${PAGES_KEY} `));
}

/** Reads the owners back from a map file. */
export function ownersOf(text: string): string[] {
  const owners = new Array<string>(SLOTS).fill("");
  for (const line of text.split("\n")) {
    const [, slot, owner] = /^(\d+) ([^|]+)\|/.exec(line) ?? [];
    if (slot !== undefined && owner !== undefined) owners[Number(slot)] = owner;
  }
  return owners;
}

/** Members that a map file lets take launches: those that a cookie may name. */
export function stickyOf(text: string): Set<string> {
  return new Set(
    text.split("\n").flatMap((line) => {
      const [, key, name] = /^(\S+) ([^|]+)\|/.exec(line) ?? [];
      return key !== undefined && key === name ? [key] : [];
    }),
  );
}

/** What part of the slots each member owns. */
export function sharesOf(owners: readonly string[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const owner of owners) shares.set(owner, (shares.get(owner) ?? 0) + 1 / SLOTS);
  return shares;
}
