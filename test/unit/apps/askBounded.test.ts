import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { askBounded } from "../../../apps/askBounded";

/* Servers that break HTTP in every way: each question ends, in time, and leaves no connection. */

const BOUNDS = { timeoutMs: 300, maxBytes: 1000 };
const sockets = new Set<Socket>();
let server: Server;
let behave: (socket: Socket) => unknown;
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.once("data", () => {
      behave(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());

const ask = (question: Parameters<typeof askBounded>[1] = {}): ReturnType<typeof askBounded> =>
  askBounded(
    new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/x`),
    question,
    BOUNDS,
  );
const UPGRADE = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\n";

test("an answer", async () => {
  behave = (socket) => socket.end(`${OK}Content-Length: 2\r\n\r\nok`);
  expect(await ask()).toEqual({ status: 200, text: "ok" });
});

/** Says `first` once, and then `text` again and again. */
const forEver =
  (text: string, first = "") =>
  (socket: Socket): void => {
    if (first !== "") socket.write(first);
    const timer = setInterval(() => socket.write(text), 20);
    socket.on("close", () => {
      clearInterval(timer);
    });
  };

test.each<[string, (socket: Socket) => unknown, RegExp]>([
  ["switches to another protocol", (socket) => socket.write(UPGRADE), /^answered 101/],
  ["switches, and goes on", forEver(UPGRADE), /^answered 101/],
  ["says nothing", () => undefined, /^no answer in 0.3 s$/],
  ["closes at once", (socket) => socket.end(), /socket hang up|without an answer/],
  ["resets", (socket) => socket.resetAndDestroy(), /ECONNRESET|socket hang up/],
  ["says for ever that it goes on", forEver("HTTP/1.1 100 Continue\r\n\r\n"), /^no answer/],
  ["gives hints for ever", forEver("HTTP/1.1 103 Early Hints\r\n\r\n"), /^no answer/],
  ["never ends its headers", forEver("X: y\r\n", OK), /^no answer|overflow/i],
  ["never ends its body", forEver("1\r\nx\r\n", `${OK}Transfer-Encoding: chunked\r\n\r\n`), /^no answer/],
  [
    "ends in the middle",
    (socket) => socket.end(`${OK}Content-Length: 9\r\n\r\nok`),
    /aborted|hang up|without/,
  ],
  [
    "sends too much",
    (socket) => socket.end(`${OK}Content-Length: 2000\r\n\r\n${"x".repeat(2000)}`),
    /^the answer is larger than 1000 bytes$/,
  ],
  ["speaks no HTTP", (socket) => socket.end("SSH-2.0-x\r\n"), /Parse Error/],
])("a server that %s", async (_, does, message) => {
  behave = does;
  const start = performance.now();
  await expect(ask()).rejects.toThrow(message);
  expect(performance.now() - start).toBeLessThan(5000);
  while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("a question that is given up ends at once", async () => {
  behave = () => undefined;
  const giveUp = new AbortController();
  const asked = ask({ signal: giveUp.signal });
  giveUp.abort();
  await expect(asked).rejects.toThrow("given up");
});

test("a name that is never found is no answer", async () => {
  const url = new URL("http://never.example.org/");
  await expect(askBounded(url, { lookup: () => undefined }, BOUNDS)).rejects.toThrow("no answer in 0.3 s");
});
