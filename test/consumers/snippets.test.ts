// Proves: the Python in our values compiles and runs, with traitlets' own configuration object, and sets what it is to
// set. The modules that it imports are played. With the real charts, binderhubSettings and hubSettings prove more.
import { ownValues } from "../../charts/metaChart";
import { mergeValues, type Values } from "../../model/schema/plain/mergeValues";
import { rehearsalConfig } from "../../tools/lab/rehearse/config";

import { ROOT } from "../../tools/ground/root";
import { pythonForSettings, settingsOfValues } from "../support/effective";
import { programRecorder } from "../support/program";
import { servingStacks, type ServingStack } from "../support/serving";
import { releaseValues } from "../support/stackObjects";

const python = pythonForSettings();
const run = python === undefined ? test.skip : test;
const recorder = programRecorder();
afterAll(recorder.end);

interface Application {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly extraConfig?: Readonly<Record<string, string>>;
}
interface MemberValues {
  readonly binderhub: Application & {
    readonly extraEnv?: Readonly<Record<string, string>>;
    readonly jupyterhub: { readonly hub: Application };
  };
}

/** The values of a stack, merged with the meta chart's own. */
async function valuesOf(name: string, loaded: ServingStack): Promise<MemberValues> {
  const given = releaseValues(await recorder.record(name, rehearsalConfig(loaded)));
  // What came from another process has another Object, which is no map to mergeValues.
  const own = JSON.parse(JSON.stringify(given)) as Values;
  return mergeValues(ownValues(ROOT), own) as unknown as MemberValues;
}

run.each(servingStacks())("stack %s", async (name, loaded) => {
  const { binderhub } = await valuesOf(name, loaded);
  expect(Object.keys(binderhub.extraConfig ?? {})).toContain("02-event-loop-metric");
  const settings = await settingsOfValues(python ?? "", binderhub, binderhub.extraEnv);
  expect(settings["LaunchQuota"]).toEqual({ total_quota: loaded.member.launchQuota });
  expect(settings["EventLog"]).toEqual(
    (loaded.raw["binder"] as { events?: boolean } | undefined)?.events !== false
      ? { handlers_maker: "<cloud_handlers>" }
      : undefined,
  );
  await settingsOfValues(python ?? "", binderhub.jupyterhub.hub);
});

run("boosts come after the entries that always hold, since the last one that matches counts", async () => {
  const { extraConfig = {} } = (ownValues(ROOT) as unknown as MemberValues).binderhub;
  const [own, boost] = [300, 500].map((quota) => ({ pattern: "^o/r/.*", config: { quota } }));
  const config = {
    GitHubRepoProvider: { spec_config: [own] },
    Boosts: { GitHubRepoProvider: [boost], GitLabRepoProvider: [boost] },
  };
  const settings = await settingsOfValues(python ?? "", {
    config,
    extraConfig: { "05": extraConfig["05-boosts"] },
  });
  expect(settings["GitHubRepoProvider"]).toEqual({ spec_config: [own, boost] });
  expect(settings["GitLabRepoProvider"]).toEqual({ spec_config: [boost] });
});

run.each([
  [
    "a snippet that does not compile",
    { extraConfig: { "09-mine": "c.BinderHub.x =" } },
    /09-mine.*SyntaxError/s,
  ],
  ["a snippet that fails", { extraConfig: { "09-mine": "c.BinderHub.x = y" } }, /09-mine.*NameError/s],
  ["a null in place of one", { extraConfig: { "01-eventlog": null } }, /TypeError/],
  ["a null in place of a section", { config: { LaunchQuota: null } }, /TypeError/],
])("%s is Python's error", async (_, values, message) => {
  await expect(settingsOfValues(python ?? "", values)).rejects.toThrow(message);
});
