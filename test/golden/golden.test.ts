import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publicRoutes } from "../../model/member/routes";
import { stackNames } from "../../model/stack/stackFiles";
import { catalogue } from "../../secret/catalogue";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { type LoadedStack, loadStackFile } from "../../tools/ground/stackFile/stacks";
import type { Registered } from "../support/mocks";
import { programRecorder } from "../support/program";

/*
 * What each stack registers, with every input: a change of the program shows here as a diff to be read in review.
 * It does not prove that Kubernetes accepts it; the cluster tests do.
 */

const programs = programRecorder();
afterAll(programs.end);

const SECRETS: readonly (readonly [string, string])[] = catalogue.flatMap((secret) =>
  secret.source === "given" ? [[secret.placeholder, `[secret ${secret.key}]`] as const] : [],
);

test.each(stackNames(ROOT))("stack %s registers what its golden file says", async (stack) => {
  await expectGolden(loadStackFile(stack), `${stack}.json`);
});

const SNAPSHOTS = { s3: { bucket: "snapshots", endpoint: "https://s3.example.org" } };

// The live clusters were made by hand and are not managed yet; this is what the program makes when they are.
test.each([
  ["staging", { snapshots: SNAPSHOTS }],
  ["prod", {}],
])("stack %s with its cluster managed registers what its golden file says", async (stack, more) => {
  const { raw } = loadStackFile(stack);
  const cluster = { ...(raw["cluster"] as Record<string, unknown>), managed: true, ...more };
  const google = { ...(raw["google"] as Record<string, unknown>), managed: true };
  await expectGolden(loadStackFile(stack, { cluster, google }), `${stack}.managed.json`);
});

test("all public hosts of a stack are one output", async () => {
  const { stack } = loadStackFile("prod");
  const { hosts } = await programs.outputs("prod", rehearsalConfig(loadStackFile("prod")));
  const routes = JSON.parse(JSON.stringify(publicRoutes("prod", stack.config))) as unknown[];
  expect(routes.length).toBeGreaterThan(5);
  expect(hosts).toEqual(routes);
});

test("a wildcard's Certificate is made before the Ingresses, and an issuer after the credential that it reads", async () => {
  const { config } = loadStackFile("bids-ovh").stack;
  const dns01 = { cloudflare: { zones: [config.domain] } };
  const certificates = { issuer: "letsencrypt-staging", dns01, wildcards: [config.domain] };
  const program = rehearsalConfig(loadStackFile("bids-ovh", { certificates }));
  const registered = await programs.record("bids-ovh", program);
  const named = (kind: string, name: string): Registered | undefined =>
    registered.find(({ inputs }) => {
      const { kind: found, metadata } = inputs as { kind?: string; metadata?: { name?: string } };
      return found === kind && metadata?.name === name;
    });
  const wildcard = named("Certificate", `wildcard-${config.domain}`);
  expect(wildcard?.inputs).toMatchObject({ spec: { issuerRef: { name: "letsencrypt-staging" } } });
  const release = registered.find(({ inputs }) => inputs["name"] === "bids-ovh" && "chart" in inputs);
  expect(release?.after).toContain(wildcard?.urn);
  const credential = named("Secret", "dns01-cloudflare");
  for (const issuer of ["letsencrypt-prod", "letsencrypt-staging"]) {
    expect(named("ClusterIssuer", issuer)?.after).toContain(credential?.urn);
  }
});

test("a program registers the same after those of all the other stacks, in the same process", async () => {
  const [first = ""] = stackNames(ROOT);
  await expectGolden(loadStackFile(first), `${first}.json`);
});

async function expectGolden(loaded: LoadedStack, golden: string): Promise<void> {
  const registered = await programs.record(loaded.stack.name, rehearsalConfig(loaded));
  const actual = `${JSON.stringify(registered.map(redacted).sort(byName), undefined, 1)}\n`;
  const file = join(__dirname, golden);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, actual);
  const expected = existsSync(file) ? readFileSync(file, "utf8") : "";
  // Not wanted? Mend the program. Wanted? UPDATE_GOLDEN=1 npx jest test/golden, and review the diff.
  expect(actual).toBe(expected);
}

function redacted({ type, name, inputs }: Registered): Record<string, unknown> {
  return { name, type, inputs: mask(inputs) };
}

/** Sorted keys, no secret, and no digest: the charts here are stand-ins, and an edited template is not a new program. */
function mask(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mask);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, isRules(key, inner) ? namesOf(inner) : mask(inner)]),
    );
  }
  if (typeof value !== "string") return value;
  const shown = SECRETS.reduce((text, [placeholder, name]) => text.replaceAll(placeholder, name), value);
  // A step of a machine: its parameters are the program's, its scripts have tests of their own.
  const step = shown
    .replace(/(?:(^|\n)\n|^)#!\/usr\/bin\/env (?:bash|node)[^]*$/, "$1<scripts>")
    .replace(/^[0-9a-f]{12}$/, "<digest>");
  return step.replace(/sha256:[0-9a-f]{64}|(?<=-)[0-9a-f]{12}(?=$|\/)/g, "<digest>");
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly record?: string }[];
  }[];
}

function isRules(key: string, value: unknown): value is Rules {
  return key.endsWith("_rules.yml") && value !== null && typeof value === "object" && "groups" in value;
}

/** Which rules a stack has; what they say is read in model/alerts. */
function namesOf({ groups }: Rules): string[] {
  return groups.flatMap(({ rules }) => rules.map(({ alert, record }) => alert ?? record ?? ""));
}

function byName(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const key = (one: Record<string, unknown>): string => `${String(one["name"])}|${String(one["type"])}`;
  return key(a) < key(b) ? -1 : 1;
}
