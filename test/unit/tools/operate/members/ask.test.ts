import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { ask } from "../../../../../tools/operate/members/conformance/ask";
import { recentPeak } from "../../../../../tools/operate/traffic/peak";

/* Servers that break the protocol: every question ends, and says what was found. */

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that says `answer` to whatever comes, and then ends the connection or holds it. */
async function answering(answer: string | undefined, end = true): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      if (answer !== undefined) socket.write(answer);
      if (end) socket.end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

test.each([
  [
    "101 Switching Protocols",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    false,
    /answered 101/,
  ],
  ["nothing and goes", undefined, true, /socket hang up|closed the connection/],
  [
    "half an answer",
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    true,
    /aborted|closed the connection/,
  ],
  ["no HTTP", "SSH-2.0-OpenSSH\r\n", true, /Parse Error/],
  ["nothing and holds on", undefined, false, /no complete answer within 0.5 s/],
  [
    "an answer without end",
    `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(2 * 1024 * 1024)}`,
    false,
    /longer than 1 MiB/,
  ],
])("a member that says %s", async (_, answer, end, message) => {
  await expect(ask(`${await answering(answer, end)}/versions`, 500)).rejects.toThrow(message);
});

const json = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`;

test.each([
  ["null", json("null"), /has no federation_member_used/],
  ["another shape", json('{"data":{"result":[{"value":"x"}]}}'), /has no federation_member_used/],
  ["a negative number", json('{"data":{"result":[{"value":[1,"-5"]}]}}'), /has no federation_member_used/],
  ["no JSON", json("<html>"), /does not answer/],
  ["a flood", json(`"${"x".repeat(200_000)}"`), /longer than 64 KiB/],
])("a Prometheus that answers %s", async (_, answer, message) => {
  const prometheus = await answering(answer);
  await expect(recentPeak({ prometheus, days: 7, timeoutMs: 2000 })).rejects.toThrow(message);
});
