import { ownValues } from "../../charts/metaChart";
import { ROOT } from "../../tools/ground/root";
import { AssembledChart, objectOf } from "../support/metaChart";

test("sessions get the configuration of the classic pages; a value of the same name goes before its file", async () => {
  const chart = await AssembledChart.create();
  try {
    const { data = {} } = objectOf(await chart.render("default-member"), "ConfigMap", "user-etc-jupyter");
    expect(data["jupyter_server_config.py"]).toContain('"/etc/jupyter/templates"');
    expect(data["jupyter_server_config.py"]).not.toMatch(/distutils|^(import|from) (?!os$)/m);
    expect(data["jupyter_notebook_config.py"]).toBe(data["jupyter_server_config.py"]);
    const objects = await chart.render("default-member", "etcJupyter.jupyter_notebook_config\\.py=own");
    expect(objectOf(objects, "ConfigMap", "user-etc-jupyter").data?.["jupyter_notebook_config.py"]).toBe(
      "own",
    );
    const pages = objectOf(objects, "ConfigMap", "user-etc-jupyter-templates").data ?? {};
    expect(Object.keys(pages).sort()).toEqual(["login.html", "page.html"]);
    expect(["user-etc-jupyter", "user-etc-jupyter-templates"].map(folderOf)).toEqual([
      "/etc/jupyter",
      "/etc/jupyter/templates",
    ]);
  } finally {
    chart.remove();
  }
});

/** Where a session has the files of a ConfigMap; `undefined` where it has not. */
function folderOf(configMap: string): string | undefined {
  const { storage } = (ownValues(ROOT) as unknown as SessionValues).binderhub.jupyterhub.singleuser;
  const volume = storage.extraVolumes.find((one) => one.configMap?.name === configMap);
  return storage.extraVolumeMounts.find(({ name }) => name === volume?.name)?.mountPath;
}

interface SessionValues {
  readonly binderhub: {
    readonly jupyterhub: {
      readonly singleuser: {
        readonly storage: {
          readonly extraVolumes: readonly { name: string; configMap?: { name: string } }[];
          readonly extraVolumeMounts: readonly { name: string; mountPath: string }[];
        };
      };
    };
  };
}
