// Proves: what a stream said before its first malformed event counts, however its packets fall.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { events } from "../../../../apps/synthetic-launcher/events";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.closeAllConnections();
});

/** A server on loopback that sends a stream in these packets. */
async function streaming(packets: readonly string[]): Promise<string> {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/event-stream");
    for (const packet of packets) answer.write(packet);
    answer.end();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test.each([
  ["in one packet", ['data: {"phase": "launching"}\n\ndata: nonsense\n\n']],
  ["cut in the middle of an event", ['data: {"phase": "laun', 'ching"}\n\ndata: nonsense\n\n']],
])("%s, the event before a malformed one is read", async (_, packets) => {
  const seen: unknown[] = [];
  const read = async (): Promise<void> => {
    const stream = events(await streaming(packets), {
      silenceMs: 5000,
      signal: new AbortController().signal,
    });
    for await (const event of stream) seen.push(event);
  };
  await expect(read()).rejects.toMatchObject({ reason: "malformed" });
  expect(seen).toEqual([{ phase: "launching" }]);
});
