import { jsonServer, type JsonServer } from "./jsonServer";

interface Text {
  id: number;
  number: number;
  body: string;
  title?: string;
  state: string;
  labels: readonly string[];
  user: { login: string };
}

/** What an imitation of GitHub keeps, for one repository `owner/name`. */
export interface FakeGithub extends JsonServer {
  /** Comments of pull request 7. */
  readonly comments: Text[];
  readonly issues: Text[];
}

export const BOT = "github-actions[bot]";

/**
 * An imitation of the part of GitHub's REST API that our commands call, in pages, for a repository with one open pull request, 7,
 * whose newest commit is `sha`. Source: https://docs.github.com/en/rest (issues, comments, pulls).
 */
export async function fakeGithub(sha: string): Promise<FakeGithub> {
  const comments: Text[] = [];
  const issues: Text[] = [];
  const add = (list: Text[], body: Partial<Text>): Text => {
    const id = list.length + 100;
    const text = { id, number: id, body: "", state: "open", labels: [], user: { login: BOT }, ...body };
    list.push(text);
    return text;
  };
  const server = await jsonServer(({ method, path, authorization, body }) => {
    const { pathname, searchParams } = new URL(path, "http://x");
    const [size, page] = ["per_page", "page"].map((key) => Number(searchParams.get(key) ?? "1"));
    const paged = (list: readonly Text[]): readonly Text[] =>
      list.slice(((page ?? 1) - 1) * (size ?? 1), (page ?? 1) * (size ?? 1));
    if (authorization !== "Bearer TOKEN") return 401;
    const place = pathname.replace(/^\/repos\/owner\/name\//, "");
    const given = (body ?? {}) as Partial<Text>;
    const [, edited] = /^issues(?:\/comments)?\/(\d+)$/.exec(place) ?? [];
    if (method === "PATCH" && edited !== undefined) {
      const list = place.includes("comments") ? comments : issues;
      const text = list.find(({ id }) => id === Number(edited));
      return text ? Object.assign(text, given) : 404;
    }
    switch (`${method} ${place}`) {
      case "GET pulls":
        return searchParams.get("head") === "someone:branch" ? [{ number: 7, head: { sha } }] : [];
      case "GET issues/7/comments":
        return paged(comments);
      case "POST issues/7/comments":
        return add(comments, given);
      case "GET issues":
        return paged(
          issues.filter(
            ({ state, labels }) => state === "open" && labels.includes(searchParams.get("labels") ?? ""),
          ),
        );
      case "POST issues":
        return add(issues, given);
      default:
        return /^POST issues\/\d+\/comments$/.test(`${method} ${place}`) ? add([], given) : 404;
    }
  });
  return { ...server, comments, issues };
}
