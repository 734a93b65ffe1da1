// Proves: KubeSpawner itself runs our hook, and the pod that it makes says what was launched and by whom. What BinderHub puts into
// the options of a launch is played: binder_ref_url, repo_url and binder_client_ip.
import { LAUNCH_ANNOTATIONS_CONFIG } from "../../model/values/logs";
import { run } from "../../tools/ground/terminal/run";
import { pythonWith } from "../support/binderhubPython";

const python = pythonWith(["kubespawner"]);

/** As KubeSpawner._start does: https://github.com/jupyterhub/kubespawner, spawner.py */
const PROGRAM = `
import asyncio, json, sys
from traitlets.config import Config
from kubespawner import KubeSpawner, spawner as module
# no cluster
module.load_config = module.shared_client = lambda *args, **named: None
asked = json.load(sys.stdin)
c = Config()
exec(asked["config"])
class Plain(KubeSpawner):
    def get_env(self):
        return {}
async def main():
    spawner = Plain(config=c, _mock=True, api_token="none", extra_annotations={"a": "b"})
    spawner.user_options = asked["options"]
    spawner.enable_user_namespaces = False
    pod = await spawner.get_pod_manifest()
    pod = spawner.modify_pod_hook(spawner, pod)
    print(json.dumps(dict(pod.metadata.annotations)))
asyncio.run(main())
`;

async function annotations(options: object): Promise<Record<string, string>> {
  const input = JSON.stringify({ config: LAUNCH_ANNOTATIONS_CONFIG, options });
  const { code, stdout, stderr } = await run(python ?? "", ["-c", PROGRAM], input);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

const URL_OF = "https://github.com/o/r";
(python === undefined ? test.skip : test).each([
  [
    "a launch",
    { repo_url: URL_OF, binder_ref_url: `${URL_OF}/tree/main`, binder_client_ip: "2001:db8::1" },
    { "binder-repo": `${URL_OF}/tree/main`, "mybinder.org/client": "2001:db8::1" },
  ],
  [
    "a repository without a page",
    { repo_url: URL_OF, binder_ref_url: "" },
    { "binder-repo": URL_OF, "mybinder.org/client": "unknown" },
  ],
  [
    "a server that nothing says anything of",
    {},
    { "binder-repo": "unknown", "mybinder.org/client": "unknown" },
  ],
])("the pod of %s", async (_, options, expected) => {
  expect(await annotations(options)).toMatchObject({ a: "b", ...expected });
});
