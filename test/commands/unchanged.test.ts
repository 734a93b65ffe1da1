// An unchanged program has no difference: with stand-ins, and with the published charts where they are in the cache.
import { deployedStacks } from "../../tools/ground/stackFile/stackMatrix";
import { diffReportSchema } from "../../tools/operate/diff/report";
import { chartFolders } from "../support/chartFolders";
import { gitCopy, type GitCopy } from "../support/gitCopy";
import { runCommand } from "../support/runTool";

jest.setTimeout(300_000);

let copy: GitCopy;
beforeAll(async () => {
  copy = await gitCopy();
});
afterAll(() => {
  copy.remove();
});

test.each(chartFolders())("in no stack, with %s", async (_, folder) => {
  const env = folder === undefined ? {} : { MYBINDER_CHART_CACHE: folder };
  const charts = folder === undefined ? "stand-ins" : "real";
  const args = ["diff", "--base", "HEAD", "--charts", charts, "--json"];
  const { code, stdout, stderr } = await runCommand(copy.root, args, env).ended;
  expect([code, stderr]).toEqual([0, ""]);
  const { stacks } = diffReportSchema.parse(JSON.parse(stdout));
  expect(stacks).toEqual(
    deployedStacks(() => undefined).map((stack) => ({ stack, objects: [], restarts: [] })),
  );
});
