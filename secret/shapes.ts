import { gzipSync } from "node:zlib";
import { z } from "zod";
import { clientCertificateExpiry } from "../model/cluster/kubeconfigExpiry";
import { parseYaml, YamlProblem } from "../model/schema/plain/silentYaml";
import { patternProblems, type PlacedPattern } from "../model/values/pattern/places";
import { generatedPlaces } from "./adopted";
import { banShapes } from "./banShapes";
import { BUILD_TOKEN_TEXT, buildTokens } from "./buildToken";
import { bits, LEAST_BITS } from "./fingerprint";
import type { Shape } from "./shape";

const text = z.string().min(1);
const none = (): string[] => [];
const whole = (value: string): string[] => [value.trim()];
const field =
  (...names: string[]) =>
  (value: string): string[] => {
    const map = parseYaml(value) as Readonly<Record<string, unknown>>;
    return names.flatMap((name) => (typeof map[name] === "string" ? [map[name]] : []));
  };
const PEM = /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+\n-----END [A-Z ]*PRIVATE KEY-----$/;
const address = z.union([z.ipv4(), z.cidrv4()]);
const user = z.looseObject({ user: z.looseObject({}) });

const shapeTable = {
  kubeconfig: {
    wanted: "a kubeconfig with clusters and users",
    form: "yaml",
    schema: z.looseObject({ clusters: z.array(z.looseObject({})), users: z.array(user) }),
    credentials: (value: string) =>
      (parseYaml(value) as { users: { user: Record<string, unknown> }[] }).users.flatMap((entry) =>
        ["client-key-data", "token", "password"].flatMap((name) => {
          const part = entry.user[name];
          return typeof part === "string" ? [part] : [];
        }),
      ),
    expiry: clientCertificateExpiry,
    sample: (word: string) =>
      "apiVersion: v1\nkind: Config\ncurrent-context: none\ncontexts: [{name: none, context: {cluster: none, user: none}}]\n" +
      "clusters: [{name: none, cluster: {server: 'https://none.invalid:6443'}}]\n" +
      `users: [{name: none, user: {token: ${word}}}]\n`,
  },
  "ssh-private-key": {
    wanted: "a private key in PEM, as ssh-keygen writes it",
    form: "text",
    schema: z.string().regex(PEM),
    credentials: whole,
    sample: (word: string) =>
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${word}\n-----END OPENSSH PRIVATE KEY-----`,
  },
  "google-service-account": {
    wanted: "the JSON key of a Google service account (type, client_email, private_key)",
    form: "yaml",
    schema: z.looseObject({ type: z.literal("service_account"), client_email: text, private_key: text }),
    credentials: field("private_key"),
    sample: (word: string) =>
      JSON.stringify({ type: "service_account", client_email: "none@example.org", private_key: word }),
  },
  name: {
    wanted: "a name without white space",
    form: "text",
    schema: z.string().regex(/^\S+$/),
    credentials: whole,
    sample: (word: string) => `robot$${word}`,
  },
  token: {
    wanted: "a password or key without white space",
    form: "text",
    schema: z.string().regex(/^\S+$/),
    credentials: whole,
    sample: (word: string) => word,
  },
  "secret-url": {
    wanted: "an https URL whose path or query is the secret",
    form: "text",
    schema: z.string().regex(/^https?:\/\/[^\s/]+\/\S+$/),
    credentials: whole,
    sample: (word: string) => `https://none.invalid/${word}`,
  },
  "tsig-key": {
    wanted: "the secret of a TSIG key: 16 to 64 bytes in base64",
    form: "text",
    schema: z.string().regex(/^(?=.{24,88}$)(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
    credentials: whole,
    sample: (word: string) => `${word.replace(/[^A-Za-z0-9+/]/g, "/")}${"A".repeat(44)}`.slice(0, 44),
  },
  "binding-key": {
    // HS256 takes none that is shorter: RFC 7518, 3.2
    wanted: "32 bytes or more in base64url, as an ACME server gives them",
    form: "text",
    schema: z.string().regex(/^[A-Za-z0-9_-]{43,}$/),
    credentials: whole,
    sample: (word: string) => word.padEnd(43, "0"),
  },
  "build-token": {
    wanted:
      "16 to 64 bytes in hex, as npx mybinder secrets share draws them, while it is replaced with a second one",
    form: "text",
    schema: z.string().regex(BUILD_TOKEN_TEXT),
    credentials: (value: string) => buildTokens(value),
    sample: (word: string) => Buffer.from(word).toString("hex").padEnd(64, "0").slice(0, 64),
  },
  "mirror-key": {
    wanted: "a key that npx mybinder registry key made",
    form: "text",
    schema: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    credentials: whole,
    sample: (word: string) =>
      word
        .replace(/[^A-Za-z0-9_-]/g, "-")
        .slice(0, 43)
        .padEnd(43, "A"),
  },
  "zulip-bot": {
    wanted: "a YAML map of bot_email, bot_key and channel, and site where it is another",
    form: "yaml",
    schema: z.strictObject({ bot_email: z.email(), bot_key: text, channel: text, site: z.url().optional() }),
    credentials: field("bot_key"),
    sample: (word: string) => `{bot_email: bot@example.org, bot_key: ${word}, channel: mybinder}`,
  },
  smtp: {
    wanted:
      "a YAML map of host (with port), user and password, and from_address and from_name where they are others",
    form: "yaml",
    schema: z.strictObject({
      host: z.string().regex(/^\S+:\d+$/),
      user: text,
      password: text,
      from_address: z.email().optional(),
      from_name: text.optional(),
    }),
    credentials: field("password"),
    sample: (word: string) => `{host: "smtp.example.org:587", user: none, password: ${word}}`,
  },
  "address-lists": {
    wanted: "a YAML map of names to lists of IPv4 addresses or CIDR blocks",
    form: "yaml",
    schema: z.record(z.string(), z.array(address)),
    credentials: none,
    sample: (word: string) => `{${word}: [192.0.2.1, 198.51.100.0/24]}`,
  },
  "address-list": {
    wanted: "a YAML list of IPv4 addresses or CIDR blocks",
    form: "yaml",
    schema: z.array(address),
    credentials: none,
    sample: () => "[192.0.2.2]",
  },
  ...banShapes,
  adopted: {
    wanted: `a YAML map of some of ${Object.keys(generatedPlaces).join(", ")} to their values`,
    form: "yaml",
    schema: z.partialRecord(z.enum(Object.keys(generatedPlaces)), text),
    // Harbor's chart has the same database password and key for everybody: such values tell nothing of a stack.
    credentials: (value: string) =>
      Object.values(parseYaml(value) as Readonly<Record<string, string>>).filter(
        (one) => bits(one) >= LEAST_BITS,
      ),
    sample: (word: string) => `{} # ${word}`,
  },
} satisfies Record<string, Shape>;

/** Name of a shape. */
export type ShapeName = keyof typeof shapeTable;

/** The shapes that given secrets have. */
export const shapes: Readonly<Record<ShapeName, Shape>> = shapeTable;

/**
 * Helm keeps a release in one Secret, which has at most 1 MiB: compressed, encoded in base64, and with a value both in the
 * values and in what is rendered. Of a member 204,000 bytes are others; measured with rules of 268, 536 and 800 kB.
 */
const MOST_COMPRESSED_BYTES = 280_000;

/** What is wrong with a value, by the paths of its parts; `undefined` when it has the shape. Never shows a value. */
export function shapeProblem(shape: Shape, value: string): string | undefined {
  const { form, schema, wanted, patterns, problems } = shape;
  if (value.trim() === "") return "it is empty";
  const bytes = value.length > MOST_COMPRESSED_BYTES ? gzipSync(value).length : 0;
  if (bytes > MOST_COMPRESSED_BYTES) {
    return `it has ${String(bytes)} bytes compressed, but Helm can store at most ${String(MOST_COMPRESSED_BYTES)} in a release`;
  }
  const parsed = form === "yaml" ? parsedYaml(value) : value.trim();
  if (parsed instanceof YamlProblem) {
    return `it is not valid YAML (${parsed.message}); allowed: ${wanted}`;
  }
  const { success, error, data } = schema.safeParse(parsed);
  if (success) {
    return [...patternProblems(patterns?.(data) ?? []), ...(problems?.(data) ?? [])].join("; ") || undefined;
  }
  const places = [...new Set(error.issues.map(({ path }) => placeIn(schema, path)))].filter(
    (key) => key !== "",
  );
  return `allowed: ${wanted}${places.length > 0 ? `; wrong or missing: ${places.join(", ")}` : ""}`;
}

/** The place of a part in words; only of keys that a shape itself names: those of a list of names are part of the value. */
function placeIn(schema: z.ZodType, path: readonly PropertyKey[]): string {
  if (schema instanceof z.ZodObject) return String(path[0] ?? "");
  if (!(schema instanceof z.ZodArray) || !(schema.element instanceof z.ZodObject)) return "";
  const [entry, key] = path;
  if (typeof entry !== "number") return "";
  return `${key === undefined ? "keys" : String(key)} of entry ${String(entry + 1)}`;
}

/** The patterns of a value of that shape. */
export function patternsOf({ form, patterns }: Shape, value: string): PlacedPattern[] {
  return form === "yaml" && patterns ? patterns(parseYaml(value)) : [];
}

function parsedYaml(value: string): unknown {
  try {
    return parseYaml(value);
  } catch (error) {
    if (error instanceof YamlProblem) return error;
    throw error;
  }
}
