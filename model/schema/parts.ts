import { z } from "zod";
import { parseQuantity, sessionBytes } from "./plain/quantity";

/** An object that refuses unknown keys and names the allowed ones. */
export function strict<T extends z.core.$ZodShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `allowed here: ${Object.keys(shape).join(", ")}` : undefined,
  });
}

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const port = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
// the last label must start with a letter, or it would be an IP address
export const hostname = z
  .string()
  .max(253)
  .regex(new RegExp(`^(${label}\\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`), {
    error: "a host name such as gesis.mybinder.org",
  })
  .refine((host) => URL.canParse(`https://${host}`), { error: "a host name that is valid in a URL" });
/** A domain below which hosts are derived. It is shorter than a host name, because they are longer. */
export const domain = hostname.max(240);
export const name = z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, {
  error: "a name of 1 to 40 lower-case letters, digits and dashes, starting with a letter",
});
/** At least a megabyte: "500m" is half a byte, and "512" would be 512 bytes. */
const atLeastMegabyte = (bytes: number): boolean => bytes >= 1e6;
/** Memory or disk space as Kubernetes writes it. */
export const bytes = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?([MGT]i?)$/, { error: "memory or disk space such as 450M or 2Gi", abort: true })
  .refine((text) => atLeastMegabyte(parseQuantity(text)), { error: "at least 1M" });
/** Memory of a session, which JupyterHub reads. */
export const sessionMemory = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?[MGT]$/, {
    error: "memory as JupyterHub writes it, in powers of 1024, such as 450M or 2G",
    abort: true,
  })
  .refine((text) => atLeastMegabyte(sessionBytes(text)), { error: "at least 1M" });
/** CPUs as Kubernetes writes them. */
export const cpus = z
  .string()
  .regex(/^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/, { error: "CPUs such as 100m, 0.5 or 2" });
const place = `^https?://${label}(\\.${label})*(:${port})?`;
export const url = z
  .string()
  .max(1000)
  .regex(new RegExp(`${place}(/[A-Za-z0-9._~-]+)*/?$`), {
    error: "an http(s) URL such as https://binder.example.org",
  })
  .refine((text) => URL.canParse(text), { error: "an http(s) URL with a host that there can be" });
/** A URL of a whole host. */
export const origin = z
  .string()
  .max(300)
  .regex(new RegExp(`${place}/?$`), {
    error: "an http(s) URL without a path such as https://binder.example.org",
  })
  .refine((text) => URL.canParse(text), { error: "an http(s) URL with a host that there can be" });
/** One line of text for people. */
export const line = z
  .string()
  .max(1000)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u, { error: "text on one line" });
/** A bucket at Google. */
export const googleBucket = z.string().regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, {
  error: "a bucket's name such as binder-events-archive",
});
/** A bucket of an S3 endpoint. */
export const bucket = z.string().regex(/^[a-z0-9]([a-z0-9._-]{0,220}[a-z0-9])?$/, {
  error: "a bucket's name such as mybinder-registry",
});
/** A region of an S3 endpoint or a cloud. */
export const region = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, {
  error: "a region such as us-east-1",
});
export const googleProject = z.string().regex(/^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/, {
  error: "a Google Cloud project's ID such as binderhub-288415",
});
export const zone = z
  .string()
  .regex(/^[a-z]+-[a-z]+[0-9]+-[a-z]$/, { error: "a zone such as us-central1-a" });
/** Name of an object that the program does not create. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, {
    error: "a Kubernetes name such as standard-rwo",
  });
/** A folder of a machine. */
export const folder = z
  .string()
  .max(200)
  .regex(/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/, {
    error: "a folder such as /mnt/disk/dind",
  });
export const natural = z.int().min(1);
export const host = hostname.describe("Public host name");
/** A host and a port, as a mail server has them. */
export const hostAndPort = z.string().regex(new RegExp(`^(${label}\\.)+${label}:${port}$`), {
  error: "a host with its port such as smtp.example.org:587",
});
/** Target of a redirect. */
export const hostAndPath = z
  .string()
  .max(1000)
  .regex(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+(\/[A-Za-z0-9._~-]+)*\/?$/, {
    error: "a host, or host/path, without https://",
  })
  .refine((to) => URL.canParse(`https://${to}`), { error: "a host, or host/path, that is valid in a URL" });
export const grafanaUid = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, { error: "a Grafana uid of 1 to 40 letters, digits, - and _" });
