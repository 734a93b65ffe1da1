import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";
import { type Bind, startBind } from "../support/bind";
import { requireReal } from "../support/real";
import { type Ended, runCommand } from "../support/runTool";

/* `mybinder dns --check` with a real name server. */

const HOSTS = ["@", "hub", "grafana", "prometheus", "static", "registry"];

(requireReal("named", "bind9") ? describe : describe.skip)("mybinder dns --check", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-dns-"));
  let bind: Bind;
  const dns = (...args: string[]): Promise<Ended> => runCommand(ROOT, ["dns", ...args], {}).ended;
  const server = (): string => `127.0.0.1:${String(bind.port)}`;

  beforeAll(async () => {
    const records = (address: string): string[] => HOSTS.map((host) => `${host} IN A ${address}`);
    bind = await startBind(folder, {
      zones: {
        "bids.mybinder.org": records("192.0.2.1"),
        // a CNAME, a host that leads elsewhere, and one that is missing
        "gesis.mybinder.org": [
          ...records("192.0.2.2").slice(0, 3),
          "prometheus IN A 192.0.2.9",
          "static IN CNAME hub",
        ],
      },
      dynamic: [],
      key: { name: "unused", secret: Buffer.alloc(32).toString("base64") },
    });
  });
  afterAll(async () => {
    await bind.stop();
    rmSync(folder, { recursive: true });
  });

  test("says that every host of a stack leads to one address", async () => {
    const { code, stdout } = await dns("bids-ovh", "--check", "--resolver", server());
    expect(stdout.match(/^ok +bids-ovh +[a-z.]*bids\.mybinder\.org +192\.0\.2\.1$/gm)).toHaveLength(
      HOSTS.length,
    );
    expect(code).toBe(0);
  });

  test("finds the host that leads elsewhere and the one that is not there, and follows a CNAME", async () => {
    const { code, stdout } = await dns("hetzner-gesis", "--check", "--json", "--resolver", server());
    expect(code).toBe(1);
    const findings = JSON.parse(stdout) as { host: string; problem?: string }[];
    expect(findings.filter(({ problem }) => problem)).toEqual([
      expect.objectContaining({
        host: "prometheus.gesis.mybinder.org",
        problem: "leads to 192.0.2.9; expected: 192.0.2.2, as gesis.mybinder.org does",
      }),
      expect.objectContaining({
        host: "registry.gesis.mybinder.org",
        problem: "has no address; expected: the address of the machine",
      }),
    ]);
  });

  test("says which name server did not answer", async () => {
    const { code, stdout } = await dns("bids-ovh", "--check", "--resolver", "127.0.0.1:1");
    expect(code).toBe(1);
    expect(stdout).toContain("no answer from 127.0.0.1:1 about bids.mybinder.org: ECONNREFUSED");
  });
});

test("a resolver that is no address is refused with what is allowed", async () => {
  const { code, stderr } = await runCommand(ROOT, ["dns", "--check", "--resolver", "dns.example"], {}).ended;
  expect(code).not.toBe(0);
  expect(stderr).toContain("allowed: an address such as 8.8.8.8");
});
