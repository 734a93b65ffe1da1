import type { Stack } from "../../model/config";
import { hostClaims } from "../../model/hosts";
import { mergeValues, type Values } from "../../model/mergeValues";
import { stackNames } from "../../model/stackFiles";
import { stackValues } from "../../model/values";
import { ROOT } from "../../tools/root";
import { loadStackFile } from "../../tools/stacks";
import { AssembledChart } from "../support/metaChart";

/** Passwords that the chart demands where there is a Harbor. */
function harborSecrets(stack: Stack): Values {
  const { projects = [], mirrors = [] } = (stackValues(stack)["harborSetup"] ?? {}) as {
    projects?: { robots: { secret: string }[] }[];
    mirrors?: { secret: string }[];
  };
  const names = [...projects.flatMap(({ robots }) => robots), ...mirrors].map(({ secret }) => secret);
  return {
    harbor: { harborAdminPassword: "of-no-worth" },
    harborSetup: { secrets: Object.fromEntries(names.map((key) => [key, "of-no-worth"])) },
  };
}

describe("the hosts that a stack is checked for", () => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create();
  });
  afterAll(() => {
    chart.remove();
  });

  test.each(stackNames(ROOT))("%s: are those of its Ingresses, each in one Ingress", async (name) => {
    const { stack } = loadStackFile(name);
    const objects = await chart.renderRelease(name, mergeValues(stackValues(stack), harborSecrets(stack)));
    const rendered = objects
      .filter(({ kind }) => kind === "Ingress")
      .flatMap(({ spec }) => (spec?.["rules"] as { host: string }[]).map(({ host }) => host));
    const claimed = hostClaims(stack.config)
      .filter(({ key }) => !key.endsWith("external.url"))
      .map(({ host }) => host);
    expect(rendered.sort()).toEqual(claimed.sort());
  });
});
