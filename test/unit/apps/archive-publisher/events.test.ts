import { execFileSync } from "node:child_process";
import { publicEvent } from "../../../../apps/archive-publisher/events";
import { lines } from "../../../../apps/archive-publisher/lines";
import { pythonFloat, pythonJson } from "../../../../apps/archive-publisher/python";

const entry = (jsonPayload: unknown): string => JSON.stringify({ insertId: "1", jsonPayload });
const textOf = (jsonPayload: unknown): string => {
  const event = publicEvent(entry(jsonPayload));
  return "text" in event ? event.text : event.refused;
};

test.each([
  ["2018-11-05T07:12:34.123456Z", "2018-11-05T07:12:00+00:00"],
  ["2018-11-05T07:12:34Z", "2018-11-05T07:12:00+00:00"],
  ["2018-11-05T07:12:34.123456", "2018-11-05T07:12:00"],
  ["2018-11-05T09:12:34+02:00", "2018-11-05T09:12:00+02:00"],
  ["2018-11-05T09:12:34+0200", "2018-11-05T09:12:00+02:00"],
])("a timestamp loses its seconds: %s", (timestamp, minute) => {
  expect(textOf({ timestamp })).toBe(`{"timestamp": "${minute}"}`);
});

test.each(["soon", "2018-11-05", "2018-11-05T25:00:00Z", "../../etc/passwd", 5, null, undefined])(
  "an event of %p has no time",
  (timestamp) => {
    expect(textOf({ timestamp, spec: "a/b/HEAD" })).toBe("timestamp");
  },
);

test.each(["", "{", "[]", "null", '{"textPayload": "x"}', '{"jsonPayload": []}', entry({ message: "{" })])(
  "%s is no event",
  (line) => {
    expect(publicEvent(line)).toEqual({ refused: "json" });
  },
);

test("the events of 2018, nested twice, in the order that Python's update leaves", () => {
  const timestamp = "2018-11-05T07:12:34Z";
  const message = JSON.stringify({ timestamp, event: { provider: "GitHub", spec: "a/b/HEAD" }, version: 1 });
  expect(textOf({ schema: "binderhub.jupyter.org/launch", message })).toBe(
    '{"schema": "binderhub.jupyter.org/launch", "timestamp": "2018-11-05T07:12:00+00:00", "version": 1, ' +
      '"provider": "GitHub", "spec": "a/b/HEAD"}',
  );
});

test("what is not known to be public stays private, whatever it is called", () => {
  const timestamp = "2026-11-26T00:00:00Z";
  const personal = {
    user: "x",
    ip: "192.0.2.1",
    __proto__: { spec: "y" },
    ref: { nested: 1 },
    constructor: 1,
  };
  expect(textOf({ timestamp, ...personal })).toBe('{"timestamp": "2026-11-26T00:00:00+00:00"}');
});

test.each([
  ["https%3A%2F%2Fme%3Atoken%40git.example.org%2Fa%2Fb/HEAD", "https%3A%2F%2Fgit.example.org%2Fa%2Fb/HEAD"],
  ["https://me:tok@en@git.example.org/a/HEAD", "https://git.example.org/a/HEAD"],
  ["https%3a%2f%2Ftoken%40git.example.org%2Fa/HEAD", "https%3a%2f%2Fgit.example.org%2Fa/HEAD"],
  ["https%3A%2F%2Fgit.example.org%2Fa%40b%2Fc/HEAD", "https%3A%2F%2Fgit.example.org%2Fa%40b%2Fc/HEAD"],
  ["jupyter/try-jupyter/HEAD", "jupyter/try-jupyter/HEAD"],
])("credentials in a repository's URL are not published: %s", (spec, shown) => {
  expect(textOf({ timestamp: "2026-11-26T00:00:00Z", spec })).toContain(`"spec": "${shown}"`);
});

test("text and floating-point numbers are as Python writes them", () => {
  const texts = ["", '"\\/\b\f\n\r\t\u0001\u001f', "é\u007f\u0080\u2028😀\ud800", "a/b"];
  const numbers = [
    0,
    1,
    0.1 + 0.2,
    123456.75,
    1e-4,
    1.5e-5,
    1e-7,
    9999999999999998,
    1e16,
    1.25e21,
    -3,
    -0.001,
  ];
  const script =
    "import json,sys\nd=json.load(sys.stdin)\nfor t in d[0]: print(json.dumps({'a': t, 'b': 1, 'c': True, 'd': None}))\n" +
    "for n in d[1]: print(json.dumps(float(n)))";
  const python = execFileSync("python3", ["-c", script], {
    input: JSON.stringify([texts, numbers]),
    encoding: "utf8",
  });
  const ours = [...texts.map((a) => pythonJson({ a, b: 1, c: true, d: null })), ...numbers.map(pythonFloat)];
  expect(ours).toEqual(python.trimEnd().split("\n"));
});

test("lines are found across chunks, with or without a last end; a longer one than a log entry is none", async () => {
  const read = async (...chunks: string[]): Promise<(string | undefined)[]> => {
    const found: (string | undefined)[] = [];
    // eslint-disable-next-line @typescript-eslint/require-await
    const stream = async function* (): AsyncGenerator<Buffer> {
      for (const chunk of chunks) yield Buffer.from(chunk);
    };
    for await (const line of lines(stream())) found.push(line);
    return found;
  };
  expect(await read("a\nb", "c\n", "\nd")).toEqual(["a", "bc", "", "d"]);
  expect(await read("a\n")).toEqual(["a"]);
  expect(await read()).toEqual([]);
  expect(await read("x".repeat(1 << 20), "x", "x\nnext\n")).toEqual([undefined, "next"]);
});
