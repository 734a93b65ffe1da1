import { type Document, parseDocument, visit } from "yaml";
import { editFile } from "../../ground/stackFile/editor";
import { stackFileText } from "../../ground/stackFile/stackFileText";

/**
 * Sets (or with `undefined` removes) one entry of a map in a stack file, such as `secretRecords`. Every other line,
 * comments included, stays as it is.
 */
export function editEntry(text: string, key: string, entry: string, value: unknown): string {
  const document = parseDocument(text);
  const path = ["config", `mybinder:${key}`, entry];
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, quoted(document, value));
  const edited = stackFileText(document);
  return text.endsWith("\n") ? edited : edited.trimEnd();
}

/** Writes one entry of a map to a stack file. */
export function writeEntry(stack: string, key: string, entry: string, value: unknown): Promise<void> {
  return editFile(`Pulumi.${stack}.yaml`, (text) => editEntry(text, key, entry, value));
}

/** Pulumi's CLI takes a plain 2026-11-24 for a timestamp, and rewrites it when it next writes the file. */
function quoted(document: Document, value: unknown): unknown {
  const node = document.createNode(value, { flow: true });
  visit(node, {
    Scalar: (key, scalar) => {
      if (key !== "key" && typeof scalar.value === "string") scalar.type = "QUOTE_DOUBLE";
    },
  });
  return node;
}
