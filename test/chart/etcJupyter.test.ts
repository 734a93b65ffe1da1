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
  } finally {
    chart.remove();
  }
});
