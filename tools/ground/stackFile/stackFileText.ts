import type { Document } from "yaml";

/** A stack file's text in the style that Pulumi's own CLI writes, so that it leaves the file as it is. */
export function stackFileText(document: Document): string {
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
