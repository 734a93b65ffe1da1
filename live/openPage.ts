import type { JupyterServer } from "../apps/synthetic-launcher/server";
import { ask } from "../tools/operate/members/conformance/ask";

/** From the server's own address to its page: /, /lab and perhaps a workspace. */
const MOST_REDIRECTS = 5;

/**
 * Asks for a server's notebook page as a browser does that comes from a launch, with its redirects. Rejects with what was
 * answered, when that is no page, leads to another host, or takes more than `limitSeconds` for one answer.
 */
export async function openPage(server: JupyterServer, limitSeconds: number): Promise<void> {
  const headers = { Authorization: `token ${server.token}` };
  let url = new URL(server.url);
  for (let left = MOST_REDIRECTS; left >= 0; left--) {
    const reply = await ask(url.href, limitSeconds * 1000, undefined, headers);
    const { location, "content-type": type = "none" } = reply.headers;
    if (reply.status === 200 && type.startsWith("text/html")) return;
    if (reply.status < 300 || reply.status > 399 || location === undefined) {
      throw new Error(`${url.pathname}: status ${String(reply.status)}, ${type}; expected: 200, text/html`);
    }
    const next = new URL(location, url);
    if (next.origin !== url.origin) throw new Error(`${url.pathname} leads to ${next.origin}`);
    url = next;
  }
  throw new Error(`more than ${String(MOST_REDIRECTS)} redirects, the last one to ${url.pathname}`);
}
