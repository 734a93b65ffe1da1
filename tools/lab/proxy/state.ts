import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../controlPlane/folders";
import type { ProxyPorts } from "./files";

/** What is known about a federation proxy beyond what its processes tell. Written when it answers. */
export interface ProxyState {
  readonly ports: ProxyPorts;
  /** Of what is deployed. */
  readonly digest: string;
}

/** The recorded state, or undefined if nothing was recorded before the start was cut short. */
export function readProxyState(folder: string): ProxyState | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "state.json"), "utf8")) as ProxyState;
  } catch {
    return undefined;
  }
}

export function writeProxyState(folder: string, state: ProxyState): void {
  writePrivate(join(folder, "state.json"), `${JSON.stringify(state)}\n`);
}
