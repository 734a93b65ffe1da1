import { ask, EVENTS } from "./ask";
import type { CheckResult } from "./checks";

/** BinderHub refuses it after it has looked at the page's token, and before it asks GitHub: it names no branch. */
const SPEC = "gh/conformance-check";

/**
 * Whether a member takes launches that pages of the other members ask for: it has to know what they sign their pages with.
 * `others`: their URLs. Members that serve no page are left out. Nothing is launched.
 */
export async function checkPages(
  url: string,
  others: readonly string[],
  timeoutMs: number,
): Promise<CheckResult> {
  const outcomes = await Promise.all(
    others.map(async (other) => ({ other, outcome: await outcomeOf(url, other, timeoutMs) })),
  );
  const of = (wanted: string): string[] =>
    outcomes.flatMap(({ other, outcome }) => (outcome === wanted ? [other] : []));
  const [refused, unasked] = [of("refused"), of("unasked")];
  const left =
    unasked.length === 0 ? "" : `; not checked, because they returned no page: ${unasked.join(", ")}`;
  if (refused.length === 0) {
    const taken = of("taken").join(", ") || "no other member";
    return { check: "pages", ok: true, found: `accepts launches from pages of ${taken}${left}` };
  }
  const found =
    `${url}: refuses launches from pages of ${refused.join(", ")}, which sign with another buildTokenSecret ` +
    `(docs/secrets.md)${left}`;
  return { check: "pages", ok: false, found };
}

async function outcomeOf(
  url: string,
  other: string,
  timeoutMs: number,
): Promise<"taken" | "refused" | "unasked"> {
  try {
    const page = await ask(`${other}/v2/${SPEC}`, timeoutMs);
    const token = /"buildToken": "([^"]+)"/.exec(page.body)?.[1];
    if (token === undefined) return "unasked";
    const launch = `${url}/build/${SPEC}?build_token=${token}`;
    const { body } = await ask(launch, timeoutMs, (text) => text.includes("\n\n"), EVENTS);
    return body.includes("Invalid build token") ? "refused" : "taken";
  } catch {
    return "unasked";
  }
}
