import { filesOnLoopback } from "../../../../../tools/lab/proxy/files";

const PORTS = { http: 1, admin: 2, agent: 3 };
const CONFIG = [
  "stats socket unix@/var/run/federation/admin.sock mode 600",
  "bind :8405 proto h1",
  "bind :8080 proto h1",
  "use-server %[str(:pages),map(/var/run/federation/table.map)]",
  "server agent 127.0.0.1:8406 check",
];
const proxy = (lines: readonly string[]): Record<string, string> => ({
  "haproxy.cfg": lines.join("\n"),
  "agent.json": '{"host":"mybinder.localhost","apiServer":"https://kubernetes.default.svc"}',
  "hosts.map": "mybinder.localhost route:pages",
});

test("nothing listens beyond loopback, and both programs share the folder that they run in", () => {
  const files = filesOnLoopback(
    { proxy: proxy(CONFIG), agent: { "agent.js": "0" } },
    PORTS,
    "https://127.0.0.1:4",
  );
  expect(files["haproxy.cfg"]?.split("\n")).toEqual([
    "stats socket unix@admin.sock mode 600",
    "bind 127.0.0.1:2 proto h1",
    "bind 127.0.0.1:1 proto h1",
    "use-server %[str(:pages),map(table.map)]",
    "server agent 127.0.0.1:3 check",
  ]);
  expect(JSON.parse(files["agent.json"] ?? "")).toEqual({
    host: "mybinder.localhost",
    apiServer: "https://127.0.0.1:4",
    statusUrl: "http://127.0.0.1:2",
  });
  expect(files).toMatchObject({ "agent.js": "0", "hosts.map": "mybinder.localhost route:pages" });
});

test.each([0, 1, 2, 4])("a configuration of another form is refused: without line %d", (index) => {
  const lines = CONFIG.filter((_, at) => at !== index && (index !== 0 || at !== 3));
  expect(() => filesOnLoopback({ proxy: proxy(lines), agent: {} }, PORTS, "")).toThrow(
    /^haproxy\.cfg of the deployed ConfigMap has no "/,
  );
});
