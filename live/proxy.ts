import type { PublicMember } from "../model/federation/publicMembers";
import type { Reply } from "../tools/operate/members/conformance/ask";
import { announcing, answerOf, expectStatus, objectIn } from "./answer";
import type { LiveCheck } from "./check";
import { tooLarge } from "./hosts";

/** The federation proxy as it is asked. */
export interface LiveProxy {
  readonly url: string;
  /** The members of the stack file. */
  readonly members: readonly Pick<PublicMember, "name" | "url">[];
}

/** Longer than what the proxy lets through to a page: `federationProxy.federation.maxBodyBytes`, 8 KiB. */
const LONG_BODY = 1_000_000;
/** A member that there never was, as an old cookie may name one that is gone. */
const NOBODY = "nobody";
/** Repositories that exist nowhere: the proxy redirects before anybody looks, and nothing follows the redirect. */
const REPOSITORIES = ["one", "two", "three", "four"];

/** Checks of the proxy: its pages about the federation, and where it sends launches. Launches nothing. */
export function proxyChecks({ url, members }: LiveProxy, timeoutMs: number): LiveCheck[] {
  const at = new URL(url).host;
  const check = (name: string, run: () => Promise<string>): LiveCheck => ({ check: name, at, run });
  const asked = <T>(path: string, judge: (reply: Reply) => T): Promise<T> =>
    answerOf(url + path, timeoutMs, judge);
  /** Which member gets a launch. */
  const memberFor = (path: string, cookie?: string): Promise<string> =>
    answerOf(url + path, timeoutMs, (reply) => redirected(reply, path, members), {
      ...(cookie !== undefined && { headers: { Cookie: `host=${cookie}` } }),
    });
  return [
    check("federation.json", () => asked("/federation.json", (reply) => listed(reply, members))),
    check("active_hosts", () => asked("/active_hosts", (reply) => active(reply, members).join(", "))),
    check("status.json", () => asked("/status.json", (reply) => states(reply, members))),
    check("build redirect", async () => `307 to ${await memberFor(launchPath("one"))}, with its cookie`),
    check("affinity", async () => {
      for (const repository of REPOSITORIES) {
        const [first, second] = [
          await memberFor(launchPath(repository)),
          await memberFor(launchPath(repository, "main")),
        ];
        if (first === second) continue;
        throw new Error(
          `${url}${launchPath(repository)}: first to ${first}, then to ${second}; expected: the same member twice`,
        );
      }
      return `${String(REPOSITORIES.length)} repositories, each twice to the same member`;
    }),
    check("cookie", async () => {
      const names = await asked("/active_hosts", (reply) => active(reply, members));
      for (const name of names) {
        const found = await memberFor(launchPath("one"), name);
        if (found === name) continue;
        throw new Error(
          `${url}${launchPath("one")}: cookie host=${name} leads to ${found}; expected: ${name}`,
        );
      }
      return `leads to the member that it names: ${names.join(", ")}`;
    }),
    check("fail-over", async () => {
      const names = await asked("/active_hosts", (reply) => active(reply, members));
      const away = await asked("/status.json", gone);
      for (const name of [...away, NOBODY]) {
        const found = await memberFor(launchPath("one"), name);
        if (names.includes(found)) continue;
        throw new Error(
          `${url}${launchPath("one")}: cookie host=${name} leads to ${found}; expected: one of ${names.join(", ")}`,
        );
      }
      return `cookies that name ${[...away, NOBODY].join(", ")} lead to a member that takes launches`;
    }),
    check("body limit", () => answerOf(`${url}/`, timeoutMs, tooLarge(LONG_BODY - 1), announcing(LONG_BODY))),
  ];
}

function launchPath(repository: string, ref = "HEAD"): string {
  return `/build/gh/mybinder-live-check/${repository}/${ref}`;
}

/** The member that a redirect of a launch leads to. */
function redirected(reply: Reply, path: string, members: LiveProxy["members"]): string {
  expectStatus(reply, 307);
  const { location = "nowhere", "access-control-allow-origin": origin = "none" } = reply.headers;
  const member = members.find(({ url }) => location === url + path);
  if (!member) {
    throw new Error(
      `307 to ${location}; expected: ${members.map(({ url }) => url).join(" or ")}, with the same path`,
    );
  }
  if (origin !== "*") {
    throw new Error(`Access-Control-Allow-Origin ${origin}; expected: *, for pages of any site`);
  }
  const [cookie = "none"] = reply.headers["set-cookie"] ?? [];
  if (!cookie.startsWith(`host=${member.name}; `) || !cookie.includes(`Path=${path};`)) {
    throw new Error(`cookie ${cookie}; expected: host=${member.name}, for this path`);
  }
  return member.name;
}

function listed(reply: Reply, members: LiveProxy["members"]): string {
  return sameNames(namesIn(objectIn(reply)["members"]), members);
}

function states(reply: Reply, members: LiveProxy["members"]): string {
  const told = objectIn(reply)["members"];
  sameNames(namesIn(told), members);
  return (told as { name: string; state?: unknown }[])
    .map(({ name, state }) => (typeof state === "string" ? `${name} ${state}` : name))
    .join(", ");
}

/** Members that are down or drained: their cookies lead elsewhere, unlike those of a member that only gets no new users. */
function gone(reply: Reply): string[] {
  const told = objectIn(reply)["members"];
  if (!Array.isArray(told)) return [];
  return namesIn(
    told.filter((one: { state?: unknown } | null) => one?.state === "down" || one?.state === "drained"),
  );
}

function active(reply: Reply, members: LiveProxy["members"]): string[] {
  const hosts = objectIn(reply)["active_hosts"];
  const names = typeof hosts === "object" && hosts !== null ? Object.keys(hosts) : [];
  const unknown = names.filter((name) => !members.some((member) => member.name === name));
  if (names.length > 0 && unknown.length === 0) return names;
  throw new Error(
    `members that take launches: ${names.join(", ") || "none"}; expected: at least one of ${members.map(({ name }) => name).join(", ")}`,
  );
}

function namesIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const name = typeof one === "object" && one !== null ? (one as { name?: unknown }).name : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

function sameNames(found: readonly string[], members: LiveProxy["members"]): string {
  const [has, wanted] = [found, members.map(({ name }) => name)].map((names) => [...names].sort().join(", "));
  if (has === wanted && has !== undefined) return has;
  throw new Error(`members: ${has ?? ""}; expected: ${wanted ?? ""}`);
}
