import { createHash } from "node:crypto";

/** Slots that launch paths are hashed to. More slots follow weights more closely; HAProxy keeps a line for each. */
export const SLOTS = 4096;
/** Members named for each slot: the owner, and who stands in for it, in order. */
const CHOICES = 4;
/** Key under which the table says what it is. No member and no slot is called so. */
export const DIGEST_KEY = ":digest";
/** Key of the member that is asked for pages first. */
const PAGES_KEY = ":pages";

/** A member that may be in the table. */
export interface Candidate {
  readonly name: string;
  readonly url: string;
  /** Share of new repositories; 0 for none. */
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
 * draw, scaled by the weight, has it. A member that leaves gives its slots to the runners-up and moves no other.
 * `pages` is the host of the member that serves pages; undefined leaves that to HAProxy.
 */
export function makeTable(candidates: readonly Candidate[], pages?: string): Table {
  const serving = candidates.filter(({ weight }) => weight > 0);
  const rates = serving.map(({ name }) => rateTable(name));
  const owners: string[] = [];
  const lines: string[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const ranked = best(serving, (index) => (serving[index]?.weight ?? 0) * (rates[index]?.[slot] ?? 0));
    owners.push(ranked[0]?.name ?? "");
    if (ranked.length > 0) lines.push(`${String(slot)} ${ranked.map(described).join("|")}`);
  }
  for (const candidate of candidates.filter(({ sticky }) => sticky)) {
    lines.push(`${candidate.name} ${described(candidate)}`);
  }
  if (pages !== undefined) lines.push(`${PAGES_KEY} ${pages}`);
  const digest = createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
  return { lines: [...lines, `${DIGEST_KEY} ${digest}`], digest, owners };
}

function described({ name, url }: Candidate): string {
  return `${name}|${url}`;
}

/** The first few by score, highest first: an insertion, since nearly all are left out. */
function best(candidates: readonly Candidate[], scoreOf: (index: number) => number): Candidate[] {
  const top: { candidate: Candidate; score: number }[] = [];
  candidates.forEach((candidate, index) => {
    const score = scoreOf(index);
    const last = top.at(-1);
    if (top.length === CHOICES && last && score <= last.score) return;
    const place = top.findIndex((other) => score > other.score);
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

/** Reads the owners back from a map file. */
export function ownersOf(text: string): string[] {
  const owners = new Array<string>(SLOTS).fill("");
  for (const line of text.split("\n")) {
    const [, slot, owner] = /^(\d+) ([^|]+)\|/.exec(line) ?? [];
    if (slot !== undefined && owner !== undefined) owners[Number(slot)] = owner;
  }
  return owners;
}

/** What part of the slots each member owns. */
export function sharesOf(owners: readonly string[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const owner of owners) shares.set(owner, (shares.get(owner) ?? 0) + 1 / SLOTS);
  return shares;
}
