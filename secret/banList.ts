import { z } from "zod";
import { BAN_KINDS, type Ban, banKey, PROVIDERS } from "../model/federation/bans/list";
import { banProblem } from "../model/federation/bans/problems";
import { type PlacedPattern, placedPatterns } from "../model/values/pattern/places";

const ban = z
  .strictObject({
    kind: z.enum(BAN_KINDS),
    provider: z.enum(PROVIDERS).optional(),
    what: z.string().min(1),
    reason: z.string(),
    until: z.string().optional(),
  })
  .superRefine((one, context) => {
    const message = banProblem(one);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** The list of bans, as the secret `bans` holds it. */
export const banListSchema = z.strictObject({
  bans: z.array(ban).refine((list) => new Set(list.map(banKey)).size === list.length, "each ban once"),
});

/** The patterns of banned repositories. BinderHub could not compile a wrong one. */
export function patternsOfBanList(list: unknown): PlacedPattern[] {
  const { bans } = list as { readonly bans: readonly Ban[] };
  return bans.flatMap(({ kind, what }, index) =>
    kind === "repository" ? placedPatterns(`ban ${String(index + 1)}`, [what]) : [],
  );
}
