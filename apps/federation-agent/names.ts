import { lookup as ask, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** After which a name server that does not answer is not waited for, where the address was known once. */
const PATIENCE_MS = 2000;

type Answered = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

/**
 * Addresses of the members. A name is asked for once at a time, since each question that a name server does not answer
 * keeps one of a few threads for seconds; and while it does not answer, or says no, the last address counts, so that the agent
 * goes on to see who is well.
 */
export class Names {
  private readonly known = new Map<string, readonly LookupAddress[]>();
  private readonly waiting = new Map<string, Answered[]>();

  /** For Node's `lookup` option. */
  readonly lookup: LookupFunction = (host, { all }, answer) => {
    this.find(host, (error, addresses) => {
      const [first] = addresses;
      if (!first) answer(error ?? new Error(`${host} has no address`), "", 0);
      else if (all) answer(null, [...addresses]);
      else answer(null, first.address, first.family);
    });
  };

  private find(host: string, answered: Answered): void {
    const last = this.known.get(host);
    let waits = true;
    const once: Answered = (error, addresses) => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      answered(error, error && last ? last : addresses);
    };
    const timer = setTimeout(() => {
      if (last) once(null, last);
    }, PATIENCE_MS);
    const others = this.waiting.get(host);
    if (others) {
      others.push(once);
      return;
    }
    const all = [once];
    this.waiting.set(host, all);
    ask(host, { all: true }, (error, addresses) => {
      this.waiting.delete(host);
      if (!error && addresses.length > 0) this.known.set(host, addresses);
      for (const each of all) each(error, error ? [] : addresses);
    });
  }
}
