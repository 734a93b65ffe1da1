// Proves: each kubectl and helm command of docs/, runbooks included, run as the page has it at a real API server with a rehearsed stack
// that has all parts, is a command, asks for something that is there, and selects something.
// Does not prove: what a kubelet answers (logs, exec, port-forward, top), which nodes here do not have; `npx mybinder` in these
// pages, of which test/unit/docs.test.ts checks commands and options; ssh and curl, whose machines are elsewhere.
import { join } from "node:path";
import { stringify } from "yaml";
import type { ClusterAccess } from "../../tools/ground/cluster/kubectl";
import { chartFolders } from "../support/chartFolders";
import { requireReal } from "../support/real";
import { type Rehearsed, rehearsed } from "../support/rehearsed";
import { pageCommands } from "../support/pageCommands";
import { type Ended, runProgram } from "../support/runTool";
import { watchedConfig } from "../support/watched";

const STACK = "watched";
const AT_ONCE = 4;
const MINUTE = 60_000;

/** What only a kubelet or an agent of the cluster could answer, or do. */
const NO_KUBELET = /connect: connection refused|Metrics API not available|timed out waiting/;
/** What runs until it is ended, what goes on in the next line, and what names a machine that is gone. */
const NOT_RUN = /port-forward|\\$|\bOLD\b|get (values|manifest)$/;
/** What is not there on purpose, and why. */
const ABSENT: readonly (readonly [command: RegExp, error: RegExp, why: string])[] = [
  [/--raw .*\/proxy\//, /./, "no pod answers the API server here"],
  [/node-janitor/, /not found|^$/, "a machine alone has none"],
  [/get lease synthetic-launcher/, /not found/, "the launcher makes it, and no program runs here"],
  [
    /(secret|certificate) (letsencrypt-prod|kubelego-tls-hub)/,
    /not found/,
    "cert-manager makes it, and no program runs here",
  ],
  [/job\/(NAME|harbor-setup-X+) ?/, /not found/, "the name of a run, which an operator looks up"],
  [/items\[0\]/, /out of bounds/, "there is no user"],
  [/create job .*harbor-apply-now/, /already exists/, "pages write it in two ways"],
  [/system-upgrade/, /doesn't have a resource type "plans"/, "only where the program upgrades K3s"],
  [
    /patch persistentvolumeclaim/,
    /forbidden/i,
    "a volume of a machine alone does not grow, as the page says",
  ],
  [/helm .*rollback/, /release has no 0 version/, "the first revision has none before it"],
];
/** What people make, and what happens: there are no users and no failures here. */
const MADE_BY_USE =
  /component=(singleuser-server|binderhub-build)|get events|status\.phase=|certificate|challenges|upgrade\.cattle\.io/;

const commands = pageCommands(["kubectl", "helm"]).filter(({ command }) => !NOT_RUN.test(command));

test("the pages have commands, in their blocks and in their text", () => {
  expect(commands.length).toBeGreaterThan(120);
  expect(commands.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      "kubectl get nodes",
      "kubectl uncordon NODE",
      "helm --namespace STACK history STACK",
    ]),
  );
});

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;

// the real charts where the cache has them: the stand-ins have the same names and labels
real.each(chartFolders().slice(-1))("on a stack with %s", (_, charts) => {
  let cluster: Rehearsed;
  let access: ClusterAccess;
  let names: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const config = Object.entries(watchedConfig()).map(([key, value]) => [`mybinder:${key}`, value]);
    const file = stringify({ config: Object.fromEntries(config) as unknown });
    cluster = await rehearsed([STACK], charts, { [`Pulumi.${STACK}.yaml`]: file });
    access = cluster.access(STACK);
    const first = async (kind: string, named: RegExp): Promise<string> => {
      const found = (await cluster.get(STACK, kind)).find(({ metadata }) => named.test(metadata.name));
      return found?.metadata.name ?? `there is no ${kind} ${String(named)}`;
    };
    names = {
      ...{ POD: await first("pods", /^binder-/), NODE: await first("nodes", /./) },
      ...{ NAME: await first("persistentvolumeclaims", /prometheus/), FILE: access.kubeconfig, ID: "an-id" },
    };
  }, 10 * MINUTE);
  afterAll(async () => {
    await cluster.end();
  });

  const run = (command: string): Promise<Ended> => {
    // the stacks of the examples are this one; a pipe's second half looks for what is not here
    const written = command
      .replace(/\b(POD|NODE|NAME|FILE|ID)\b/g, (name) => names[name] ?? name)
      .replace(/<stack>|(?<!letsencrypt-)\b(STACK|prod|hetzner-2i2c|hetzner-gesis)\b(?!\.)/g, STACK)
      .replace(/--timeout \d+m/, "--timeout 1s")
      .replace(/\|(?=(?:[^"]*"[^"]*")*[^"]*$).*$/, "");
    const folders = [...new Set([access.kubectl, access.helm].map((program) => join(program, "..")))];
    const env = { KUBECONFIG: access.kubeconfig, PATH: [...folders, process.env["PATH"] ?? ""].join(":") };
    return runProgram("bash", ["-c", written], env).ended;
  };

  test(
    "every command is one, and finds what it asks for",
    async () => {
      const wrong: string[] = [];
      const judge = async ({ command, pages }: (typeof commands)[number]): Promise<void> => {
        const { code, stdout, stderr } = await run(command);
        const isAbsent = ABSENT.some(([which, error]) => which.test(command) && error.test(stderr.trim()));
        const isSelected = !stderr.includes("No resources found") || MADE_BY_USE.test(command);
        const isEnded = code === 0 ? isSelected : NO_KUBELET.test(stderr);
        if (!isEnded && !isAbsent) {
          wrong.push(`${pages.join(", ")}: ${command}: ${stderr.trim() || stdout.trim()}`);
        }
      };
      // in the order of the page: the job that is asked for is made first
      const inTurn = commands.filter(
        ({ changes, command }) => changes || command.includes("restore-hub-now"),
      );
      const left = commands.filter((one) => !inTurn.includes(one));
      const next = async (): Promise<void> => {
        for (let command = left.shift(); command; command = left.shift()) await judge(command);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      for (const command of inTurn) await judge(command);
      expect(wrong).toEqual([]);
    },
    5 * MINUTE,
  );

  test("a label that nothing has, and a command that is none, are found", async () => {
    expect((await run("kubectl --namespace STACK get pods -l component=dind")).stderr).toContain(
      "No resources found",
    );
    expect(await run("kubectl --namespace prod get pods,service/cluster-entrypoint")).toMatchObject({
      code: 1,
    });
  });
});
