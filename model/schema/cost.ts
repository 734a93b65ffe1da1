import { z } from "zod";
import { strict, url } from "./parts";

/** What a stack costs as somebody has said it; the dashboard of costs shows nothing that nobody has. */
export const costSchema = strict({
  perMonth: z.number().positive().max(1e7).describe("What the stack costs a month, in its currency"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "three letters of ISO 4217, such as USD" })
    .describe("Currency, such as USD"),
  source: url.describe("Where that was said, such as the issue or the sponsor's page"),
});

export type StatedCost = z.infer<typeof costSchema>;
