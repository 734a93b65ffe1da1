import { z } from "zod";
import { stackSchema } from "../../../model/schema/stack";
import { markdownTable, prose } from "./markdown";

interface JsonSchema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

interface Row {
  readonly key: string;
  readonly value: string;
  readonly unset: string;
  readonly description: string;
}

/** The page docs/configuration.md, made from the schema. */
export function configurationPage(): string {
  const { oneOf = [] } = z.toJSONSchema(stackSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const role = (name: string): JsonSchema =>
    oneOf.find(({ properties }) => properties?.["role"]?.const === name) ?? {};
  const [proxy, member, both] = [rowsOf(role("proxy")), rowsOf(role("member")), rowsOf(role("both"))];
  const has = (rows: readonly Row[], { key }: Row): boolean => rows.some((row) => row.key === key);
  return `# What a stack file may say

\`\`\`bash
$EDITOR Pulumi.staging.yaml            # every key is written mybinder:<key>
npx mybinder rehearse staging          # all problems at once: the key, what was found, what is allowed
npx mybinder docs                      # writes this page again after a change of model/schema/stack.ts
\`\`\`

Unknown keys are errors. What is not set is derived or has the default given here; \`required\` has neither.

## Every stack

${table(both.filter((row) => row.key !== "role" && has(proxy, row) && has(member, row)))}

\`mybinder:role\` is \`proxy\`, \`member\` or \`both\`, and decides which of the following keys there are.

## Role proxy or both

${table(both.filter((row) => has(proxy, row) && !has(member, row)))}

## Role member or both

${table(both.filter((row) => has(member, row) && !has(proxy, row)))}

## Role member alone

${table(member.filter((row) => row.key !== "role" && !has(both, row)))}

## What is derived

- **Hosts**: \`binder\` is the domain itself; \`hub\`, \`grafana\`, \`prometheus\`, \`static\` and \`registry\` are labels below it, and
  below every alias domain.
- **Node pools**: a K3s machine is one node for core and user pods alike. GKE's user pool is labelled
  \`mybinder.org/node-purpose: user\` and tainted; where there is one, core pods select \`core\` and user pods \`user\`.
- **Launch quota**: what memory, CPUs and \`maxPods\` allow beside the kubelet's reservation, the system's pods as they are deployed
  (overrides included), those that a deploy starts before it ends the old ones, and builds. Of pods, at least 10 % stay free. A quota
  that does not fit is an error with the numbers in it. Memory of a session is what JupyterHub makes of it: \`450M\` is 450 × 2^20 bytes.
- **Builds at the same time**: a quarter of the CPUs, at least 2, at most 8, rounded down to a multiple of the BinderHub pods (2).
- **Build cache**: 300 GB, or what 80 % of the disk that builds use allows beside the metrics ([builds.md](builds.md)).
- **Image prefix**: \`<registry host>/<project>/i-\`.

## Secrets

Set with \`npx mybinder secrets set <key> --stack <stack>\`, or generated: [secret-catalogue.md](secret-catalogue.md) has them all.
`;
}

function rowsOf(schema: JsonSchema, path = "", note = ""): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const required = schema.required?.includes(name) ?? false;
    const branches = property.oneOf ?? [];
    if (branches.length > 0) {
      return branches.flatMap((branch) => {
        const kind = branch.properties?.["kind"]?.const ?? "";
        return rowsOf(branch, `${path}${name}.`, ` (kind ${kind})`);
      });
    }
    return rowsOfProperty(`${path}${name}`, property, required, note);
  });
}

function rowsOfProperty(key: string, property: JsonSchema, required: boolean, note: string): Row[] {
  if (property.properties) return rowsOf(property, `${key}.`, note);
  if (property.items?.properties) return rowsOf(property.items, `${key}[].`, note);
  if (typeof property.additionalProperties === "object" && property.additionalProperties.properties) {
    return rowsOf(property.additionalProperties, `${key}.<name>.`, note);
  }
  const unset = required
    ? "required"
    : property.default === undefined
      ? ""
      : `\`${JSON.stringify(property.default)}\``;
  return [
    { key, value: typeOf(property), unset, description: `${property.description ?? ""}${note}`.trim() },
  ];
}

function typeOf(property: JsonSchema): string {
  if (property.const !== undefined) return `\`${property.const}\``;
  if (property.enum) return property.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (property.items) return `list of ${typeOf(property.items)}`;
  return property.anyOf?.map(typeOf)[0] ?? property.type ?? "any";
}

function table(rows: readonly Row[]): string {
  return markdownTable(
    ["key", "value", "not set", "what it is"],
    rows.map(({ key, value, unset, description }) => [`\`${key}\``, value, unset, prose(description)]),
  );
}
