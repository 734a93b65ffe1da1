import { z } from "zod";

/** An object that refuses keys it does not know and names the ones it does. */
export function strict<T extends z.core.$ZodShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `allowed here: ${Object.keys(shape).join(", ")}` : undefined,
  });
}

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
export const hostname = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(\\.${label})+$`), { error: "a host name such as gesis.mybinder.org" });
export const name = z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, {
  error: "a name of 1 to 40 lower-case letters, digits and dashes, starting with a letter",
});
export const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|[kMGT]i?)?$/, {
  error: "a Kubernetes quantity such as 450M, 2Gi or 100m",
});
export const url = z.url({
  protocol: /^https?$/,
  error: "an http(s) URL such as https://binder.example.org",
});
export const natural = z.int().min(1);
export const host = hostname.describe("Public host name");
