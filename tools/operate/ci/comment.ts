import { z } from "zod";
import { commentsOf, isOurs, pullsFrom, type Repository, write } from "./github";

/** The beginning of the one comment that is updated. Nobody sees it. */
const MARKER = "<!-- mybinder preview -->";

/** The part of a `workflow_run` event that GitHub itself vouches for. */
export const workflowRunSchema = z.looseObject({
  workflow_run: z.looseObject({
    event: z.string(),
    head_sha: z.string().regex(/^[0-9a-f]{40}$/),
    head_branch: z.string(),
    head_repository: z.looseObject({ owner: z.looseObject({ login: z.string() }) }),
    html_url: z.url(),
  }),
});

export type WorkflowRun = z.infer<typeof workflowRunSchema>["workflow_run"];

/** What became of a comment. */
export type Commented =
  | { readonly done: "created" | "updated" | "unchanged"; readonly number: number }
  | { readonly done: "none"; readonly why: string };

/**
 * Writes the one comment on the pull request that a run was for. Which one that is follows from the event, never from what the
 * run left: a run of a fork could name any. Nothing is written when the pull request has moved on.
 */
export async function commentOnRun(
  repository: Repository,
  run: WorkflowRun,
  text: string,
): Promise<Commented> {
  if (run.event !== "pull_request") return { done: "none", why: `the run was for ${run.event}` };
  const head = `${run.head_repository.owner.login}:${run.head_branch}`;
  const pull = (await pullsFrom(repository, head)).find((one) => one.head.sha === run.head_sha);
  if (!pull) {
    return {
      done: "none",
      why: `no open pull request has ${run.head_sha.slice(0, 12)} as its newest commit`,
    };
  }
  const body = `${MARKER}\n${text}`;
  const before = (await commentsOf(repository, pull.number)).find((one) => isOurs(MARKER, one));
  if (!before) {
    await write(repository, "POST", `issues/${String(pull.number)}/comments`, { body });
    return { done: "created", number: pull.number };
  }
  if (before.body === body) return { done: "unchanged", number: pull.number };
  await write(repository, "PATCH", `issues/comments/${String(before.id)}`, { body });
  return { done: "updated", number: pull.number };
}
