import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverOf } from "../../../../apps/synthetic-launcher/server";
import { Servers } from "../../../../apps/synthetic-launcher/servers";

const member = "https://2i2c.mybinder.org";
test.each([
  ["the hub below the member's domain", "https://hub.2i2c.mybinder.org/user/x/", true],
  ["the member's own host", "https://2i2c.mybinder.org/user/x/", true],
  ["without a slash", "https://hub.2i2c.mybinder.org/user/x", true],
  ["another domain", "https://hub.evil.example/user/x/", false],
  ["an address inside", "https://10.0.0.1/user/x/", false],
  ["a service of the cluster", "https://kubernetes.default.svc/user/x/", false],
  ["another protocol", "http://hub.2i2c.mybinder.org/user/x/", false],
  ["credentials", "https://a@hub.2i2c.mybinder.org/user/x/", false],
  ["another path", "https://hub.2i2c.mybinder.org/hub/api/", false],
  ["no URL", "hub", false],
])("a member's server: %s", (_, url, taken) => {
  expect(serverOf({ url, token: "abc" }, member) !== undefined).toBe(taken);
});

test.each([undefined, "", "a b", "a\r\nX: y"])("a token %j is none", (token) => {
  expect(serverOf({ url: "https://hub.2i2c.mybinder.org/user/x/", token }, member)).toBeUndefined();
});

describe("the servers that run", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-servers-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test("what a process leaves, the next one shuts down; one whose launch runs stays", async () => {
    const file = join(folder, "a.json");
    const [left, running] = ["1", "2"].map((name) => ({
      url: `http://127.0.0.1/user/${name}/`,
      token: name,
    }));
    if (!left || !running) throw new Error("no servers");
    new Servers(file).add(left);
    const stopped: string[] = [];
    const servers = new Servers(file, ({ token }) => Promise.resolve(stopped.push(token) > 0));
    servers.add(running);
    await servers.tidy(1);
    expect([stopped, servers.count]).toEqual([["1"], 1]);
    await servers.remove(running, 1);
    expect([stopped, new Servers(file).count]).toEqual([["1", "2"], 0]);
  });

  test("one that does not stop is told again", async () => {
    let gone = false;
    const servers = new Servers(join(folder, "b.json"), () => Promise.resolve(gone));
    const server = { url: "http://127.0.0.1/user/x/", token: "x" };
    servers.add(server);
    expect([await servers.remove(server, 1), servers.count]).toEqual([false, 1]);
    gone = true;
    await servers.tidy(1);
    expect(servers.count).toBe(0);
  });
});
