import { z } from "zod";
import { strict } from "./parts";

/** What is promised to users, which alerts measure against. */
export const objectivesSchema = strict({
  launchSuccess: z
    .number()
    .min(50)
    .max(99.99)
    .default(97)
    .describe(
      "Percent of launches that reach a running server, over 30 days; alerts fire when the rest is used up too fast",
    ),
});
