// Proves: where as many people are as a member's derived quota lets in, and as many builds run as it allows, the real scheduler finds
// room for all that a deploy starts, while what it replaces has not ended yet: nobody's session is ended for it.
// Does not prove: how long a kubelet takes to end a pod; here none of those that may take minutes ends.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildRequests } from "../../model/member/systemRequests";
import { sessionsOf } from "../../model/member/sessions";
import { deriveStack } from "../../model/stack/config";
import { kubectl } from "../../tools/ground/cluster/kubectl";
import { ROOT } from "../../tools/ground/root";
import { publicConfig } from "../../tools/ground/stackFile/stacks";
import { chartFolders } from "../support/chartFolders";
import { requireReal } from "../support/real";
import { type Rehearsed, rehearsed } from "../support/rehearsed";

const STACK = "staging";
const MINUTE = 60_000;
/** With which the pod limit lets in about as many as the memory. */
const MAX_PODS = 72;
/** What may take minutes to end. */
const SLOW = /^(binder|staging-traefik)-/;

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

real.each(chartFolders().slice(-1))("a member whose quota is derived, with %s", (_, charts) => {
  let cluster: Rehearsed;

  beforeAll(async () => {
    const file = readFileSync(join(ROOT, `Pulumi.${STACK}.yaml`), "utf8")
      .replace(/^ *quota: .*\n/m, "")
      .replace(/maxPods: .*/, `maxPods: ${String(MAX_PODS)}`);
    cluster = await rehearsed([STACK], charts, { [`Pulumi.${STACK}.yaml`]: file });
  }, 10 * MINUTE);
  afterAll(() => cluster.end());

  const ask = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(
      cluster.access(STACK),
      [...args, "--namespace", STACK],
      input,
    );
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const podNames = async (): Promise<string[]> =>
    (await ask(["get", "pods", "--output=jsonpath={.items[*].metadata.name}"])).split(" ");
  const finalizers = (pods: readonly string[], of: readonly string[]): Promise<string> =>
    ask([
      "patch",
      "pod",
      ...pods,
      "--type=merge",
      "--patch",
      JSON.stringify({ metadata: { finalizers: of } }),
    ]);

  test(
    "and which is full is deployed anew without the end of a session or of a build",
    async () => {
      const raw = publicConfig(STACK) ?? {};
      const [binder, machine] = [raw["binder"], raw["cluster"]] as object[];
      const derived = { binder: { ...binder, quota: undefined }, cluster: { ...machine, maxPods: MAX_PODS } };
      const { config, member } = deriveStack(STACK, { ...raw, ...derived }, publicConfig);
      if (config.role === "proxy" || !member) throw new Error(`${STACK} is no member`);
      const people = [
        { name: "jupyter", count: member.launchQuota, of: sessionsOf(config).guarantee },
        { name: "build", count: member.concurrentBuilds, of: buildRequests(config) },
      ].flatMap(({ name, count, of: { cpus, bytes } }) =>
        Array.from({ length: count }, (__, index) => {
          const requests = { cpu: `${String(Math.round(cpus * 1000))}m`, memory: String(bytes) };
          const container = { name: "one", image: "example.org/one", resources: { requests } };
          return { name: `${name}-${String(index)}`, spec: { containers: [container] } };
        }),
      );
      const items = people.map(({ name, spec }) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name },
        spec,
      }));
      await ask(["apply", "--filename", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
      const names = people.map(({ name }) => `pod/${name}`);
      await ask(["wait", "--for=condition=Ready", "--timeout=60s", ...names]);

      const slow = (await podNames()).filter((name) => SLOW.test(name));
      expect(slow).toHaveLength(4);
      await finalizers(slow, ["test.mybinder.org/ends-slowly"]);
      await ask(["rollout", "restart", "deployment"]);
      await ask(["rollout", "status", "deployment", "--timeout=90s"]);
      const now = await podNames();
      expect(now).toEqual(expect.arrayContaining([...slow, ...people.map(({ name }) => name)]));
      expect(now.filter((name) => SLOW.test(name))).toHaveLength(8);
      await finalizers(slow, []);
    },
    5 * MINUTE,
  );
});
