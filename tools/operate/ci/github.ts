import { z } from "zod";
import { sendJson } from "./http";

/** A repository on GitHub, and a token that may write what a command writes. */
export interface Repository {
  /** "https://api.github.com" */
  readonly api: string;
  /** "owner/name" */
  readonly name: string;
  readonly token: string;
}

const user = z.looseObject({ login: z.string(), type: z.string().optional() });
const comment = z.looseObject({ id: z.number(), body: z.string().nullish(), user: user.nullish() });
const issue = z.looseObject({
  number: z.number(),
  state: z.string(),
  body: z.string().nullish(),
  user: user.nullish(),
  pull_request: z.unknown().optional(),
});
const pull = z.looseObject({ number: z.number(), head: z.looseObject({ sha: z.string() }) });

export type Comment = z.infer<typeof comment>;
export type Issue = z.infer<typeof issue>;
export type Pull = z.infer<typeof pull>;

/** Who a workflow's own token writes as. Others may copy a marker, so a text is ours only with this author. */
const BOT = "github-actions[bot]";
const PAGE = 100;
const MOST_PAGES = 10;

/** Whether a workflow of ours wrote a text that begins with `marker`. */
export function isOurs(marker: string, { body, user }: Comment | Issue): boolean {
  return user?.login === BOT && (body ?? "").startsWith(marker);
}

/** Open pull requests from a branch, `owner:branch`. */
export async function pullsFrom(repository: Repository, head: string): Promise<Pull[]> {
  const query = `state=open&per_page=${String(PAGE)}&head=${encodeURIComponent(head)}`;
  return z.array(pull).parse(await call(repository, "GET", `pulls?${query}`));
}

/** The comments of a pull request or an issue, at most a thousand. */
export function commentsOf(repository: Repository, number: number): Promise<Comment[]> {
  return pages(repository, `issues/${String(number)}/comments`, comment);
}

/** The open issues with a label, pull requests left out. */
export async function openIssues(repository: Repository, label: string): Promise<Issue[]> {
  const found = await pages(repository, `issues?state=open&labels=${encodeURIComponent(label)}`, issue);
  return found.filter(({ pull_request: pullRequest }) => pullRequest === undefined);
}

/** Writes one thing: `issues/12/comments` by POST, `issues/comments/34` by PATCH. */
export function write(
  repository: Repository,
  method: "POST" | "PATCH",
  path: string,
  body: unknown,
): Promise<unknown> {
  return call(repository, method, path, body);
}

async function pages<T>(repository: Repository, path: string, shape: z.ZodType<T>): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = `${path.includes("?") ? "&" : "?"}per_page=${String(PAGE)}&page=${String(page)}`;
    const found = z.array(shape).parse(await call(repository, "GET", `${path}${query}`));
    all.push(...found);
    if (found.length < PAGE) break;
  }
  return all;
}

function call(
  { api, name, token }: Repository,
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: unknown,
): Promise<unknown> {
  return sendJson({
    method,
    url: `${api}/repos/${name}/${path}`,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "user-agent": "mybinder",
      "x-github-api-version": "2022-11-28",
    },
    ...(body !== undefined && { body }),
  });
}
