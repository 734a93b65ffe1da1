import type { CheckResult } from "../../../tools/operate/members/conformance/checks";
import { PublicFace } from "../../support/publicFace";
import { projectCopy } from "../../support/projectCopy";
import { requireReal } from "../../support/real";
import { runCommand } from "../../support/runTool";

/* `mybinder members check` on a copy of the project, against a server on loopback with a certificate of openssl's. */

const describeWithOpenssl = requireReal("openssl", "openssl") ? describe : describe.skip;
describeWithOpenssl("the command, on a member run by others, over TLS", () => {
  const faces: PublicFace[] = [];
  afterAll(async () => {
    for (const face of faces) await face.stop();
  });
  const check = async (
    days: number,
    { trusted = true, args = ["other"] }: { trusted?: boolean; args?: string[] } = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> => {
    const face = await PublicFace.start(days);
    faces.push(face);
    const member = `{name: other, weight: 1, external: {url: "${face.url}"}}`;
    const copy = projectCopy({ "Pulumi.probe.yaml": PROBE(member) });
    const env = trusted ? { NODE_EXTRA_CA_CERTS: face.certificateFile } : {};
    const ended = await runCommand(copy.root, ["members", "check", ...args, "--proxy", "probe"], env).ended;
    copy.remove();
    return ended;
  };
  const PROBE = (member: string): string =>
    `config:\n  mybinder:role: proxy\n  mybinder:domain: example.org\n  mybinder:cluster: {kind: existing, pools: {all: ` +
    `{purpose: core, count: 1, cpus: 4, memoryGiB: 16, diskGiB: 50}}}\n  mybinder:federation: {members: [${member}]}\n`;

  test("all is well: exit code 0, and the days that are left", async () => {
    const { code, stdout } = await check(90);
    expect(stdout).toMatch(/^other\n {2}ok {4}certificate {2}(89|90) days left\n/);
    expect([code, stdout.includes("FAIL")]).toEqual([0, false]);
  }, 30_000);

  test("a certificate that should have been renewed: exit code 1, in JSON", async () => {
    const { code, stdout, stderr } = await check(5, { args: ["--all", "--json"] });
    const [{ member, checks } = { member: "", checks: [] }] = JSON.parse(stdout) as {
      member: string;
      checks: CheckResult[];
    }[];
    expect([code, stderr, member]).toEqual([1, "failed checks: other\n", "other"]);
    expect(checks.filter(({ ok }) => !ok)).toEqual([
      {
        check: "certificate",
        ok: false,
        found: expect.stringMatching(/[45] days left, fewer than 14: renewal has failed$/) as string,
      },
    ]);
  }, 30_000);

  test("a certificate of nobody's authority is a failure of its own; the rest is checked all the same", async () => {
    const { code, stdout } = await check(90, { trusted: false });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/FAIL {2}certificate .*DEPTH_ZERO_SELF_SIGNED_CERT/),
    ]);
    expect(stdout).toMatch(/ok {4}versions/);
  }, 30_000);

  test.each([
    [["nobody"], /no member nobody; members: other/],
    [[], /name one member, or use --all/],
  ])(
    "%j is refused",
    async (args, message) => {
      const { code, stderr } = await check(90, { args });
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    },
    30_000,
  );
});
