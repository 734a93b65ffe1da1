import { promises as dns } from "node:dns";
import type { Resolve } from "./check";

/** How long a name server may take, in milliseconds, and how often it is asked. */
const [TIMEOUT_MS, TRIES] = [3000, 2];
/** A name that there is not, or that has no record of the type. */
const ABSENT = new Set(["ENOTFOUND", "ENODATA"]);

/** Asks the machine's name servers, or `server` ("address" or "address:port"). CNAMEs are followed. */
export function resolver(server?: string): Resolve {
  const asked = new dns.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (server !== undefined) asked.setServers([server]);
  return async (host, type) => {
    try {
      return type === "A" ? await asked.resolve4(host) : await asked.resolve6(host);
    } catch (error) {
      const { code = "?" } = error as NodeJS.ErrnoException;
      if (ABSENT.has(code)) return [];
      throw new Error(`no answer from ${asked.getServers().join(", ")} about ${host}: ${code}`, {
        cause: error,
      });
    }
  };
}
