import type { Kind } from "./config";

/** Letters whose capitals count the builds: 4096 spellings, of which one is used each hour, come back after 170 days. */
const COUNTING = 12;

/**
 * The spec of a launch at GitHub. BinderHub names an image, and counts the servers of a repository, by the repository as it is
 * spelled (its builder.py, _safe_build_slug); GitHub ignores capitals. So a launch in capitals has an image and a quota of its
 * own, apart from those of people who launch the same repository, and a spelling that was not used before is a build.
 */
export function specOf(
  kind: Kind,
  { repository, ref }: { readonly repository: string; readonly ref: string },
  /** Which build this is. */
  count: number,
): string {
  const name = kind === "cached" ? repository.toUpperCase() : counted(repository, count);
  return `gh/${name}/${ref}`;
}

/** Which build an hour's is at the member of that index: members' registries may be mirrors of each other. */
export function buildCount(now: Date, index: number, members: number): number {
  const hours = Math.floor(now.getTime() / 3_600_000);
  return hours + Math.floor((2 ** COUNTING * index) / Math.max(1, members));
}

/** The repository with the bits of `count` as capitals. The last letter is one, the one before is none: never all or nothing. */
function counted(repository: string, count: number): string {
  const small = repository.toLowerCase();
  const letters = Array.from(small).flatMap((character, index) => (/[a-z]/.test(character) ? [index] : []));
  const bits = Math.min(COUNTING, Math.max(0, letters.length - 2));
  const capitals = new Set(letters.slice(0, bits).filter((_, bit) => Math.floor(count / 2 ** bit) % 2 === 1));
  const last = letters.at(-1);
  if (last !== undefined) capitals.add(last);
  return Array.from(small)
    .map((character, index) => (capitals.has(index) ? character.toUpperCase() : character))
    .join("");
}
