import { parseDocument } from "yaml";
import type { TrafficTable } from "../../model/trafficShare";
import { stackFileText } from "../stackFileText";

const KEY = ["config", "mybinder:traffic"];

/** A stack file with another traffic table. Every other line, comments included, stays as it is. */
export function editTraffic(text: string, table: TrafficTable): string {
  const document = parseDocument(text);
  if (Object.keys(table).length === 0) document.deleteIn(KEY);
  else document.setIn(KEY, document.createNode(table));
  const edited = stackFileText(document);
  return text.endsWith("\n") ? edited : edited.trimEnd();
}
