import { z } from "zod";
import { strict } from "./parts";

/** Pulumi's CLI reads a plain date as a timestamp and rewrites it, so the date is quoted. */
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a day in quotes such as "2026-11-24"' });

const key = z
  .string()
  .max(100)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: "the key of a secret" });

export const secretRecordSchema = strict({
  set: day.describe("Day on which the value was set"),
  ciphertext: z
    .string()
    .regex(/^[0-9a-f]{16}$/, { error: "a digest of 16 hex digits" })
    .describe("Digest of the ciphertext to which this record belongs"),
  file: z
    .string()
    .regex(/^[0-9a-f]{16}$/, { error: "a digest of 16 hex digits" })
    .optional()
    .describe("Digest of the file beside the stack file that holds a long value"),
  expires: day.optional().describe("Day on which the credential expires"),
  credentials: z
    .array(z.string().regex(/^[0-9a-f]{32}$/, { error: "a fingerprint of 32 hex digits" }))
    .describe("Fingerprints of the parts that grant access"),
});

/** What a stack file says about its secrets without holding one. `npx mybinder secrets` writes it. */
export const secretsKeys = {
  secretRotations: z
    .record(
      key,
      z.string().regex(/^\d{4}-\d{2}-\d{2}(\.\d+)?$/, { error: 'a day in quotes such as "2026-11-24"' }),
    )
    .default({})
    .describe("Generated secrets that were rotated: the day, by key; a new value generates the secret again"),
  secretRecords: z
    .record(key, secretRecordSchema)
    .default({})
    .describe("For each given secret: when it was set, when it expires, and fingerprints"),
};

/** What `mybinder secrets set` records of a value. */
export type SecretRecord = z.infer<typeof secretRecordSchema>;
