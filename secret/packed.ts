import { gunzipSync, gzipSync } from "node:zlib";

const PREFIX = "gzip:";
/** Linux lets no environment variable be longer, and Pulumi hands all config of a stack to the program in one. */
export const CONFIG_LIMIT_BYTES = 120 * 1024;
const PACK_FROM_BYTES = 16 * 1024;

/** A value as it is kept in the stack file: long ones compressed. */
export function pack(value: string): string {
  return value.length < PACK_FROM_BYTES ? value : PREFIX + gzipSync(value, { level: 9 }).toString("base64");
}

/** The value that was packed. Throws when it is damaged. */
export function unpack(kept: string): string {
  return kept.startsWith(PREFIX)
    ? gunzipSync(Buffer.from(kept.slice(PREFIX.length), "base64")).toString()
    : kept;
}
