import { type HostClaim, hostClaims } from "../member/hosts";
import { lifecycleOf } from "../member/lifecycle";
import type { Others } from "../member/mirrors";
import { type StackConfig, stackSchema } from "../schema/stack";

/** A claim, and the stack that makes it. */
interface StackClaim extends HostClaim {
  readonly stack: string;
}

interface NamedStack {
  readonly name: string;
  readonly config: StackConfig;
}

/**
 * Hosts that would lead to two places: within the stack, in it and in another stack of its federation, or in two members.
 * Each message names both keys. An invalid stack file is skipped, because its own preview reports what is wrong with it.
 */
export function hostProblems(name: string, config: StackConfig, others: Others): string[] {
  const own: NamedStack = { name, config };
  const related = namesOf(config, others)
    .filter((other) => other !== name)
    .flatMap((other) => readable(other, others))
    .filter((other) => areRelated(own, other));
  const claims = [own, ...related].flatMap(({ name: stack, config: of }) =>
    hostClaims(of).map((claim): StackClaim => ({ ...claim, stack })),
  );
  const clashes = new Map<string, { readonly taken: StackClaim; readonly claims: StackClaim[] }>();
  for (const [index, claim] of claims.entries()) {
    const taken = claims.slice(0, index).find(({ host }) => host === claim.host);
    if (!taken) continue;
    // the stack's own key comes first, because it can be changed here
    const [mine, theirs] = taken.stack === name && claim.stack !== name ? [taken, claim] : [claim, taken];
    const pair = `${mine.stack} ${mine.key} ${theirs.stack} ${theirs.key}`;
    const clash = clashes.get(pair) ?? { taken: theirs, claims: [] };
    clash.claims.push(mine);
    clashes.set(pair, clash);
  }
  // a conflict between two stacks is reported for both, and for the proxy of which both are members
  const members = membersOf(config);
  const isOwn = ({ stack }: StackClaim): boolean => stack === name;
  const isMember = ({ stack }: StackClaim): boolean => members.includes(stack);
  return [...clashes.values()]
    .filter(
      ({ taken, claims: mine }) =>
        isOwn(taken) || mine.some(isOwn) || (isMember(taken) && mine.every(isMember)),
    )
    .map(({ taken, claims: mine }) => problem(name, taken, mine));
}

/** Redirect loops, including those through other stacks' redirects. One line for each loop. */
export function redirectLoops(name: string, config: StackConfig, others: Others): string[] {
  const stacks = [
    { name, config },
    ...others.names.filter((other) => other !== name).flatMap((other) => readable(other, others)),
  ];
  const byHost = new Map(stacks.flatMap((stack) => redirectsOf(stack, name)).map((one) => [one.from, one]));
  const told = new Set<string>();
  return redirectsOf({ name, config }, name).flatMap((start) => {
    const round = [start];
    for (let next = byHost.get(start.to); next && !round.includes(next); next = byHost.get(next.to)) {
      if (next.from === start.from) break;
      round.push(next);
    }
    const last = round.at(-1);
    if (last?.to !== start.from || told.has(start.from)) return [];
    for (const { from } of round) told.add(from);
    const way = round.map(({ key, to }) => ` → ${to} (${key})`).join("");
    return [
      `${start.key}: found a redirect loop: ${start.from}${way}; ` +
        "allowed: a target that does not redirect back to this host",
    ];
  });
}

interface Redirect {
  readonly from: string;
  /** Target host. */
  readonly to: string;
  readonly key: string;
}

function redirectsOf({ name, config }: NamedStack, own: string): Redirect[] {
  if (config.role === "member") return [];
  return config.redirects.map(({ from, to }, index) => ({
    from,
    to: to.split("/", 1)[0] ?? to,
    key: keyIn(`mybinder:redirects[${String(index)}]`, name, own),
  }));
}

function problem(name: string, taken: StackClaim, claims: readonly StackClaim[]): string {
  const [claim] = claims;
  if (!claim) return "";
  const list = claims.map(({ host, what }) => `${host} (${what})`).join(", ");
  const key = keyIn(taken.key, taken.stack, name);
  const there = claims.length === 1 ? `${taken.what}, ${key}` : key;
  return (
    `${keyIn(claim.key, claim.stack, name)}: ${list} ${claims.length === 1 ? "is" : "are"} already taken ` +
    `(${there}); a host can lead to only one place, so change one of the two (mybinder:hosts sets a single host)`
  );
}

/** A key, with its file where the key belongs to another stack. */
function keyIn(key: string, stack: string, own: string): string {
  return stack === own ? key : `${key} in Pulumi.${stack}.yaml`;
}

function namesOf(config: StackConfig, { names }: Others): string[] {
  return [...new Set([...names, ...membersOf(config)])];
}

function membersOf(config: StackConfig): string[] {
  if (config.role === "member") return [];
  return config.federation.members.flatMap(({ name, external }) => (external ? [] : [name]));
}

/** Whether two stacks must not share a host: both serve launches, or one answers for the other. */
function areRelated(one: NamedStack, other: NamedStack): boolean {
  const serve = (stack: NamedStack): boolean => stack.config.role !== "proxy";
  if (serve(one) && serve(other)) return true;
  return (
    (serve(other) && membersOf(one.config).includes(other.name)) ||
    (serve(one) && membersOf(other.config).includes(one.name))
  );
}

/** A stack that is not gone and whose file is valid. */
function readable(name: string, { rawOf }: Others): NamedStack[] {
  const { success, data } = stackSchema.safeParse(rawOf(name));
  return success && lifecycleOf(data) !== "gone" ? [{ name, config: data }] : [];
}
