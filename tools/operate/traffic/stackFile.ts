import { type Document, parseDocument } from "yaml";
import type { TrafficTable } from "../../../model/federation/trafficShare";
import { stackFileText } from "../../ground/stackFile/stackFileText";

const KEY = ["config", "mybinder:traffic"];

/** A stack file with another traffic table. Every other line, comments included, stays as it is. */
export function editTraffic(text: string, table: TrafficTable): string {
  return edited(text, (document) => {
    if (Object.keys(table).length === 0) document.deleteIn(KEY);
    else document.setIn(KEY, document.createNode(table));
  });
}

/** A stack file with another capacity floor of its federation. */
export function editFloor(text: string, launches: number): string {
  return edited(text, (document) => {
    document.setIn(["config", "mybinder:federation", "capacityFloor"], launches);
  });
}

function edited(text: string, change: (document: Document) => void): string {
  const document: Document = parseDocument(text);
  change(document);
  const after = stackFileText(document);
  return text.endsWith("\n") ? after : after.trimEnd();
}
