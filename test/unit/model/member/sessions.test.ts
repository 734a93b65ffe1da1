import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CULL_SECONDS, LONGEST_SESSION_SECONDS } from "../../../../model/member/sessions";
import { ROOT } from "../../../../tools/ground/root";

test("sessions end when the chart's culler ends them", () => {
  const { binderhub } = parse(readFileSync(join(ROOT, "charts", "mybinder", "values.yaml"), "utf8")) as {
    binderhub: { jupyterhub: { cull: object } };
  };
  expect(binderhub.jupyterhub.cull).toMatchObject({ every: CULL_SECONDS, maxAge: LONGEST_SESSION_SECONDS });
});
