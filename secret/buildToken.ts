import { randomBytes } from "node:crypto";

/** Config key of the secret. */
export const BUILD_TOKEN = "buildTokenSecret";

/**
 * What pages are signed with, each some bytes in hex: 32 of those that are drawn here. While it is replaced there is a second one, which launches are accepted
 * with as well: the next one until every member has it, then the previous one until no page is left that it signed.
 */
export interface BuildToken {
  readonly current: string;
  readonly next?: string;
  readonly previous?: string;
}

const HEX = "(?:[0-9a-fA-F]{2}){16,64}";
/** The text of one: `HEX`, `HEX next:HEX` or `HEX previous:HEX`. */
export const BUILD_TOKEN_TEXT = new RegExp(`^(${HEX})(?: (next|previous):(${HEX}))?$`);

/** Reads the text of one. Throws when it has another form. */
export function parseBuildToken(text: string): BuildToken {
  const [, current, role, other] = BUILD_TOKEN_TEXT.exec(text.trim()) ?? [];
  if (current === undefined) throw new Error("not a build token secret");
  return { current, ...(role !== undefined && { [role]: other }) };
}

/** The secrets in the text of one, that which signs first. Throws when it has another form. */
export function buildTokens(text: string): string[] {
  const { current, next, previous } = parseBuildToken(text);
  return [current, next, previous].filter((one) => one !== undefined);
}

/** The text of one. */
export function buildTokenText({ current, next, previous }: BuildToken): string {
  if (next !== undefined) return `${current} next:${next}`;
  return previous === undefined ? current : `${current} previous:${previous}`;
}

/** Draws one. */
export function newBuildToken(): string {
  return randomBytes(32).toString("hex");
}

/**
 * The next step of a rotation. A member that has taken a step and one that has not accept each other's pages, whatever the
 * order in which they are deployed, and however long that takes.
 */
export function nextStep({ current, next, previous }: BuildToken, draw = newBuildToken): BuildToken {
  if (next !== undefined) return { current: next, previous: current };
  if (previous !== undefined) return { current };
  return { current, next: draw() };
}

/** Whether `after` is `before`, one step of a rotation later. */
export function isStepAfter(after: BuildToken, before: BuildToken): boolean {
  return buildTokenText(nextStep(before, () => after.next ?? "")) === buildTokenText(after);
}
