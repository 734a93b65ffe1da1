import { isProxyOf, proxyProgramOf } from "../../../../../tools/lab/proxy/processes";
import { haproxyProgram } from "../../../../../tools/lab/proxy/open";

const DIR = "/home/ann/.local/state/mybinder/control-planes/local";

test.each([
  [["/usr/sbin/haproxy", "-db", "-f", `${DIR}/proxy/haproxy.cfg`], "haproxy"],
  [["/usr/bin/node", `${DIR}/proxy/agent.js`, "run", "agent.json"], "federation-agent"],
  [["vi", `${DIR}/proxy/haproxy.cfg`], undefined],
  [["node", "/srv/agent.js", "run"], undefined],
  [["/usr/sbin/haproxy", "-f", "/etc/haproxy/haproxy.cfg"], undefined],
  [[], undefined],
])("%j", (argv, program) => {
  expect(proxyProgramOf(argv)?.program).toBe(program);
  expect(isProxyOf(DIR, argv)).toBe(program !== undefined);
  expect(isProxyOf(`${DIR}-2`, argv)).toBe(false);
});

test("a machine without HAProxy: which package to install", async () => {
  expect(await haproxyProgram(["no-such-program", "/bin/sh"])).toBe("/bin/sh");
  await expect(haproxyProgram(["no-such-program"])).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(
      "Install the package haproxy (Debian, Ubuntu: apt-get install haproxy)",
    ) as string,
  });
});
