import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackNames } from "../../model/stack/stackFiles";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { HELM_BUILD_MS } from "../support/helm";
import { AssembledChart } from "../support/metaChart";
import { listText, objectList } from "../support/objectList";
import { placed } from "../support/placed";
import { programRecorder } from "../support/program";
import { releaseValues } from "../support/stackObjects";
import { claimedVolumes, reviewedVolumes } from "../support/volumes";

/*
 * What the charts of others render for each stack, by kind, name and what each object names, and that the stand-ins render
 * the same: a test with stand-ins is about the objects that a deploy makes. Of what is inside them it proves nothing; what
 * stand-ins cannot show is listed in test/chart/standIns.test.ts.
 */

/** A hook, so that rehearsals have one to run, and the user pods that a hub would make. */
const OF_STAND_INS = new Set(["Job/hook-image-awaiter", "PodTemplate/user"]);

const recorder = programRecorder();
afterAll(recorder.end);

describe.each(chartFolders())("rendered with %s", (_, folder) => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create(folder);
  }, HELM_BUILD_MS);
  afterAll(() => {
    chart.remove();
  });

  test.each(stackNames(ROOT))("stack %s has the objects that its list says", async (stack) => {
    const registered = await recorder.record(stack, rehearsalConfig(loadStackFile(stack)));
    const rendered = await chart.renderRelease(stack, releaseValues(registered));
    const ofOthers = rendered.filter(
      ({ own, kind, metadata }) => !own && !OF_STAND_INS.has(`${kind}/${metadata.name}`),
    );
    const actual = listText(objectList(placed(ofOthers, stack)));
    const file = join(__dirname, "objects", `${stack}.json`);
    // Another list? With the published charts alone: UPDATE_GOLDEN=1 npm run test:real -- test/golden/objects
    if (process.env["UPDATE_GOLDEN"] === "1" && folder !== undefined) writeFileSync(file, actual);
    expect(actual).toBe(existsSync(file) ? readFileSync(file, "utf8") : "");
    // each volume is backed up, or on the list of docs/backup.md with the reason
    const reviewed = reviewedVolumes(stack);
    expect(claimedVolumes(rendered).filter((name) => !reviewed.has(name))).toEqual([]);
  });
});
