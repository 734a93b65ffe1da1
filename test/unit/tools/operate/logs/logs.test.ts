import { lineText, linesIn, statsText } from "../../../../../tools/operate/logs/lines";
import { followPath, type LogSearch, searchPath } from "../../../../../tools/operate/logs/request";

const since = new Date("2026-11-27T18:00:00Z");
const parametersOf = (path: string): Record<string, string> =>
  Object.fromEntries(new URL(path, "http://localhost").searchParams);
const search = (more: Partial<LogSearch>): Record<string, string> =>
  parametersOf(searchPath({ since, limit: 5, ...more }));

describe("what the store is asked", () => {
  test("without more, everything since then", () => {
    expect(search({})).toEqual({ query: "*", start: "2026-11-27T18:00:00.000Z", limit: "5" });
  });

  test("options are filters apart from the query, which cannot widen them", () => {
    expect(
      search({ query: "a or b", namespace: "x", pod: "jupyter-a", client: "2001:db8::1" }),
    ).toMatchObject({
      query: "a or b",
      extra_stream_filters:
        '_stream:{"kubernetes.pod_namespace"="x","kubernetes.pod_name"=~"jupyter-a.*",' +
        '"kubernetes.pod_annotations.mybinder.org/client"="2001:db8::1","kubernetes.container_name"="notebook"}',
    });
  });

  test("a text is itself, not a pattern, and cannot end its filter", () => {
    expect(search({ repository: 'a.b/c"}' })["extra_stream_filters"]).toBe(
      '_stream:{"kubernetes.pod_annotations.binder-repo"=~"(?i).*a\\\\.b/c\\"\\\\}.*"}',
    );
  });

  test("to follow, neither a beginning nor an end", () => {
    expect(parametersOf(followPath({ since, limit: 5, container: "hub" }))).toEqual({
      query: "*",
      extra_stream_filters: '_stream:{"kubernetes.container_name"="hub"}',
    });
  });
});

const line = (time: string, message: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...{ _time: time, _msg: message, "kubernetes.pod_name": "a-1", "kubernetes.container_name": "c" },
  ...more,
});
const answer = (...lines: object[]): string => lines.map((one) => `${JSON.stringify(one)}\n`).join("");

describe("what it answers", () => {
  test("is shown with the oldest line first, whatever the precision of its time; equal times stay in order", () => {
    const sent = [
      line("2026-11-27T18:00:01Z", "5"),
      line("2026-11-27T18:00:00.12Z", "4"),
      line("2026-11-27T18:00:00.1Z", "3"),
      line("2026-11-27T18:00:00.1Z", "2"),
      line("2026-11-27T18:00:00Z", "1"),
    ];
    expect(linesIn(answer(...sent)).map((one) => one["_msg"])).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("rows of a query with pipes keep its order", () => {
    expect(linesIn(answer({ n: "2" }, { n: "3" }, { n: "1" }))).toEqual([{ n: "2" }, { n: "3" }, { n: "1" }]);
    expect(lineText({ n: "2" })).toBe('{"n":"2"}');
  });

  test("a line of a stranger cannot move the cursor, colour what follows, or turn the direction of text", () => {
    expect(lineText(line("t", "\u001b[2J\r\nx\u202ey\tz", { "kubernetes.pod_name": "a\u009b" }))).toBe(
      "t  a\\u009b/c  \\u001b[2J\\u000d\\u000ax\\u202ey\tz",
    );
  });

  test("a line of JSON without a message shows its own fields", () => {
    const text = lineText(line("t", "missing _msg field; see https://…", { level: "info", pod: "x" }));
    expect(text).toBe('t  a-1/c  {"level":"info","pod":"x"}');
  });
});

test("who wrote most is a table", () => {
  const repository = { "kubernetes.pod_annotations.binder-repo": "https://github.com/o/r" };
  const session = { "kubernetes.container_name": "notebook", ...repository };
  const client = { "kubernetes.pod_annotations.mybinder.org/client": "192.0.2.1" };
  const rows = [
    { lines: "1200", bytes: "2500000", "kubernetes.pod_name": "jupyter-a", ...session, ...client },
    // a build cannot say who launched it
    { lines: "40", bytes: "60000", "kubernetes.pod_name": "build-a", ...repository, ...client },
    { lines: "3", bytes: "10", "kubernetes.pod_namespace": "prod", "kubernetes.pod_name": "hub" },
  ];
  expect(statsText(rows)).toBe(
    "lines   MB  namespace  pod        client     repository\n" +
      " 1200  2.5             jupyter-a  192.0.2.1  https://github.com/o/r\n" +
      "   40  0.1             build-a               https://github.com/o/r\n" +
      "    3  0.0  prod       hub\n",
  );
  expect(statsText([])).toBe("no logs\n");
});
