import { createHash } from "node:crypto";
import { clientLines, CLIENTS_DIGEST_KEY } from "../../model/federation/bans/effects";
import type { Ban } from "../../model/federation/bans/list";
import { persistMap } from "./mapFile";
import type { Runtime } from "./runtime";

/** Keeps HAProxy's map of banned clients as the list says. Says how many there are, never which. */
export class Clients {
  /** Addresses and blocks in HAProxy's map, as last committed. */
  count = 0;

  constructor(
    private readonly map: string,
    private readonly runtime: Runtime,
    private readonly log: (line: string) => void,
  ) {}

  /** Writes the map for HAProxy to start from. */
  write(bans: readonly Ban[]): void {
    persistMap(this.map, linesOf(bans).lines);
  }

  /** Has HAProxy take the map, where it has another one. HAProxy itself is asked, since it may have been restarted. */
  async commit(bans: readonly Ban[]): Promise<void> {
    const { lines, digest } = linesOf(bans);
    try {
      if ((await this.runtime.lookup(this.map, CLIENTS_DIGEST_KEY)) === digest) {
        this.count = lines.length - 1;
        return;
      }
      persistMap(this.map, lines);
      await this.runtime.replaceMap(this.map, lines);
    } catch {
      // HAProxy's own words could name one
      this.log("banned clients not committed: HAProxy does not answer, or refuses one of them");
      return;
    }
    this.count = lines.length - 1;
    this.log(`${String(this.count)} banned clients committed`);
  }
}

function linesOf(bans: readonly Ban[]): { lines: string[]; digest: string } {
  const lines = clientLines(bans);
  const digest = createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
  return { lines: [...lines, `${CLIENTS_DIGEST_KEY} ${digest}`], digest };
}
