import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Runtime } from "../../../../apps/federation-agent/runtime";

/* What the agent says to HAProxy's socket. That HAProxy understands it is shown in test/live/federation. */

let folder: string;
let server: Server;
let said: string[];
let answers: (command: string) => string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mybinder-runtime-"));
  said = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("end", () => {
      said.push(text);
      socket.end(`${answers(text)}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "admin.sock"), resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const runtime = (): Runtime => new Runtime(join(folder, "admin.sock"));
const prepared = (command: string): string => (command.startsWith("prepare") ? "New version created: 7" : "");

test("a map is replaced in one transaction, in parts that fit HAProxy's buffer", async () => {
  answers = prepared;
  const lines = Array.from({ length: 400 }, (_, index) => `${String(index)} ${"x".repeat(60)}`);
  await runtime().replaceMap("m", lines);
  expect(said[0]).toBe("prepare map m\n");
  expect(said.at(-1)).toBe("commit map @7 m\n");
  const parts = said.slice(1, -1);
  expect(parts.every((part) => part.length < 16_000 && part.startsWith("add map @7 m <<\n"))).toBe(true);
  expect(parts.flatMap((part) => part.trim().split("\n").slice(1))).toEqual(lines);
});

test("what HAProxy refuses in the middle is taken back, and said", async () => {
  answers = (command) => (command.startsWith("add") ? "Out of memory." : prepared(command));
  await expect(runtime().replaceMap("m", ["a b"])).rejects.toThrow("Out of memory.");
  expect(said.at(-1)).toBe("clear map @7 m\n");
  expect(said.filter((command) => command.startsWith("commit"))).toEqual([]);
});

test("an answer that comes byte by byte and never ends is an error in time", async () => {
  const dripping = createServer((socket) => {
    const drip = setInterval(() => socket.write("x"), 20);
    socket
      .on("error", () => undefined)
      .on("close", () => {
        clearInterval(drip);
      });
  });
  await new Promise<void>((resolve) => dripping.listen(join(folder, "drip.sock"), resolve));
  await expect(new Runtime(join(folder, "drip.sock"), 200).ask("show info")).rejects.toThrow(
    "HAProxy did not answer in 200 ms",
  );
  dripping.close();
});

test("a socket that nobody listens on is an error, and the agent goes on", async () => {
  await expect(new Runtime(join(folder, "none.sock")).ask("show info")).rejects.toThrow(/ENOENT/);
});
