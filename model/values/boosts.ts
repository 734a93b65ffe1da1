import type { Boost } from "../schema/boosts";
import type { Values } from "../schema/plain/mergeValues";
import type { MemberConfig } from "../schema/stack";

/** Days before its end from which a boost is reported. */
const NOTICE_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * BinderHub's settings for the boosts of today, by provider: the chart's `05-boosts` adds them to `spec_config`, which a list
 * of ours would replace. A boost that begins or ends later does so with the first deploy after that.
 */
export function boostValues({ boosts }: Pick<MemberConfig, "boosts">, now = new Date()): Values {
  const today = dayOf(now);
  const settings: Record<string, Values[]> = {};
  for (const { repositories, provider, quota, from = today, until } of boosts) {
    if (from > today || until < today) continue;
    (settings[provider] ??= []).push({ pattern: repositories, config: { quota } });
  }
  return Object.keys(settings).length === 0 ? {} : { Boosts: settings };
}

/** What an operator should know of a stack's boosts now, each with its key. */
export function boostNotices(
  boosts: readonly Boost[],
  now: Date,
): { readonly key: string; readonly reason: string; readonly notice: string }[] {
  const today = dayOf(now);
  const soon = dayOf(new Date(now.getTime() + NOTICE_DAYS * DAY_MS));
  return boosts.flatMap(({ from = today, until, reason }, index) => {
    const notice =
      until < today
        ? `ended on ${until}; delete it or extend \`until\`; the next deploy takes it away`
        : from > today
          ? `begins on ${from}: deploy on that day`
          : until <= soon
            ? `ends on ${until}: deploy after that day, or extend \`until\``
            : undefined;
    return notice === undefined ? [] : [{ key: `mybinder:boosts[${String(index)}]`, reason, notice }];
  });
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
