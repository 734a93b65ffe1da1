import type { Phase } from "./config";

/** Why a launch failed. */
export const REASONS = [
  "unreachable", // no connection
  "status", // another status than 200
  "limited", // asked too often
  "token", // the member refused the token of its own page
  "spec", // the repository is not there, or banned
  "quota", // the member, or the repository, has no place left
  "failed", // BinderHub says so: build, push, spawn
  "timeout", // a phase took too long
  "silent", // not even a comment in the stream
  "closed", // the stream ended too early
  "malformed", // an answer that is none
  "server", // the server does not answer
  "left", // the server did not stop
  "ended", // this program was told to end
] as const;
export type Reason = (typeof REASONS)[number];

/** A launch that did not succeed. */
export class LaunchFailure extends Error {
  override readonly name = "LaunchFailure";
  constructor(
    readonly phase: Phase,
    readonly reason: Reason,
    /** One line, of at most 200 characters; a member may have written it. */
    text: string,
  ) {
    const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
    super(Array.from(line).slice(0, 200).join(""));
  }
}

/** Reasons that are not the member's: it is full, we asked too often, our repository is gone, or the agent sees it itself. */
const NOT_ITS_FAULT: ReadonlySet<Reason> = new Set([
  "unreachable",
  "limited",
  "spec",
  "quota",
  "ended",
  "left",
]);

/** Whether a failure says that the member cannot launch. */
export function isTheMembers({ reason }: Pick<LaunchFailure, "reason">): boolean {
  return !NOT_ITS_FAULT.has(reason);
}

/** What BinderHub's event of phase `failed` means (its builder.py and quota.py have these texts). */
export function reasonOf(status: unknown, message: string): Reason {
  if (status === 429) return "limited";
  if (status === 403) return "token";
  if (message.startsWith("Too many users")) return "quota";
  if (/^(Could not resolve ref|No provider found|Sorry, .* is not allowed to launch)/.test(message)) {
    return "spec";
  }
  return "failed";
}
