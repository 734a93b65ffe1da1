import { z } from "zod";
import { line, strict } from "./parts";
import { nullPaths } from "./plain/nulls";

const NO_NULL =
  "a value. Helm does not delete with null here: the chart would get the null itself. " +
  'Switch off with what the chart documents: {}, [], "", or enabled: false';

const valueName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: "the name of a Helm value" });
/** A Helm value that one stack sets in its own way, with the reason and the day on which it should end. */
export const overrideSchema = strict({
  reason: line.min(10).describe("Why this stack differs; at least 10 characters"),
  until: z.iso
    .date({ error: "a day such as 2027-01-31" })
    .optional()
    .describe("Day after which previews report this override as expired"),
  values: z
    .record(valueName, z.unknown())
    .superRefine((values, context) => {
      for (const path of nullPaths(values)) {
        context.addIssue({ code: "custom", path: [...path], message: NO_NULL });
      }
    })
    .describe("Helm values of the meta chart; no null"),
});
