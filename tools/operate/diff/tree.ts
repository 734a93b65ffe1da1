import { parseAllDocuments } from "yaml";
import { isMap, type Values } from "../../../model/schema/plain/mergeValues";
import type { KubeObject } from "../../ground/cluster/kubectl";

/**
 * An object by its meaning: maps in place of lists whose elements are known by name, what ConfigMaps and Secrets hold read as
 * YAML or JSON where it is that, Secrets decoded, keys in order. Identity, status and nulls are left out.
 */
export function objectTree({ kind, metadata, ...rest }: KubeObject): Values {
  const { labels, annotations } = metadata;
  const { data, stringData, binaryData, ...others } = rest as Values;
  const spec = { ...others, status: null };
  const texts = { ...decoded(kind, data), ...(isMap(stringData) && stringData) };
  return inOrder({
    metadata: { ...(isMap(labels) && { labels }), ...(isMap(annotations) && { annotations }) },
    ...(byMeaning(spec, "") as Values),
    ...(Object.keys(texts).length > 0 && {
      data: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, contents(key, text)])),
    }),
    ...(isMap(binaryData) && { binaryData }),
  }) as Values;
}

function decoded(kind: string, data: unknown): Values {
  if (!isMap(data)) return {};
  if (kind !== "Secret") return data;
  const decode = (value: unknown): unknown =>
    typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

const STRUCTURED = /\.(ya?ml|json)$/;

/** Text that is YAML or JSON as what it says; other text as it is. */
function contents(key: string, text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // no JSON after all
    }
  }
  if (!STRUCTURED.test(key)) return text;
  const documents = parseAllDocuments(text, { merge: true, logLevel: "silent" });
  if (documents.some(({ errors }) => errors.length > 0)) return text;
  const values = documents.map((document) => document.toJS({ maxAliasCount: -1 }) as unknown);
  return values.length === 1 ? values[0] : values;
}

/** How the elements of a list are known, by the key that has the list; others by their `name`. */
const NAMES: Readonly<Record<string, (element: Values) => unknown>> = {
  ports: ({ name, containerPort, port, protocol = "TCP" }) =>
    name ?? `${text(containerPort ?? port)}/${text(protocol)}`,
  volumeMounts: ({ mountPath, subPath }) =>
    (subPath ?? "") === "" ? mountPath : `${text(mountPath)}#${text(subPath)}`,
  volumeClaimTemplates: ({ metadata }) => (isMap(metadata) ? metadata["name"] : undefined),
};

/** Kubernetes runs them one after another. */
const ORDERED = new Set(["initContainers"]);

function byMeaning(value: unknown, key: string): unknown {
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, byMeaning(inner, name)]));
  }
  if (!Array.isArray(value)) return value;
  const elements = value.map((element: unknown) => byMeaning(element, ""));
  const names = elements.map((element) => (isMap(element) ? (NAMES[key] ?? named)(element) : undefined));
  const distinct = new Set(names);
  if (
    elements.length === 0 ||
    distinct.size < names.length ||
    !names.every((name) => typeof name === "string")
  ) {
    return elements;
  }
  const map = Object.fromEntries(names.map((name, index) => [name, elements[index]]));
  return ORDERED.has(key) ? { ...map, "(order)": names } : map;
}

function named({ name }: Values): unknown {
  return name;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Without nulls, and with keys sorted: elements of lists are compared as text. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isMap(value)) return value;
  const keys = Object.keys(value).filter((key) => value[key] !== null);
  return Object.fromEntries(keys.sort().map((key) => [key, inOrder(value[key])]));
}
