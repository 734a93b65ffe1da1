import { z } from "zod";
import { type Provider, PROVIDERS } from "../model/federation/bans/list";
import { type PlacedPattern, placedPatterns } from "../model/values/pattern/places";

const text = z.string().min(1);

/** Banned repositories: patterns by provider. A plain list is GitHub's. */
export const bansSchema = z.union([z.array(text), z.partialRecord(z.enum(PROVIDERS), z.array(text))]);
export type Bans = z.infer<typeof bansSchema>;

/** Where a provider's bans go in the meta chart's values. */
export function bansPath(provider: Provider): string {
  return `binderhub.config.${provider}.banned_specs`;
}

/**
 * The bans of one provider. Those of GitHub hold for gists too where these have none of their own: to BinderHub gists are a
 * kind of GitHub, and a list of their own, an empty one too, would end that.
 */
export function bansOf(bans: Bans, provider: Provider): readonly string[] {
  const map = byProvider(bans);
  return map[provider] ?? (provider === "GistRepoProvider" ? map.GitHubRepoProvider : undefined) ?? [];
}

/** The patterns of all providers. A wrong one makes every launch from its provider an error. */
export function patternsOfBans(bans: Bans): PlacedPattern[] {
  return Object.entries(byProvider(bans)).flatMap(([provider, list]) => placedPatterns(provider, list));
}

function byProvider(bans: Bans): Partial<Record<Provider, readonly string[]>> {
  return Array.isArray(bans) ? { GitHubRepoProvider: bans } : bans;
}
