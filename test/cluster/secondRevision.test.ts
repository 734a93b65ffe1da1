import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { archiveName } from "../../charts/archive";
import { environment } from "../../environment";
import { certManagerRelease, metaChartRelease, type StackRelease } from "../../model/stack/releases";
import { ensureToolchain, type Toolchain } from "../../tools/lab/kube/toolchain";
import { allPins } from "../../tools/ground/cluster/charts";
import type { KubeObject } from "../../tools/ground/cluster/kubectl";
import { toStderr } from "../../tools/ground/terminal/report";
import { ROOT } from "../../tools/ground/root";
import { type Outcome, run } from "../../tools/ground/terminal/run";
import { projectCopy } from "../support/projectCopy";
import { requireReal } from "../support/real";
import { runCommand } from "../support/runTool";

/*
 * A chart may look into the cluster while it is rendered, or draw something at random: what its second revision renders is
 * then not what the first did. Where that is a field that Kubernetes never changes back, the first upgrade of a stack cannot
 * be rolled back; where it is a secret, every upgrade replaces it. So each release is rendered twice on a live cluster.
 * Does not prove: what containers do with either.
 */

const real = requireReal("go", "golang-go, 1.26 or later") ? describe : describe.skip;
/** A proxy, a member with a Harbor, and both in one: together they have every chart. */
const STACKS = ["prod", "hetzner-2i2c", "local"];

const cache = environment().chartCache;
const missing = allPins(ROOT).filter((pin) => !existsSync(join(cache, archiveName(pin))));
const charts = missing.length === 0 ? "real" : "stand-ins";
if (missing.length > 0) {
  process.stderr.write(
    `with stand-ins: ${String(missing.length)} real charts are not in ${cache} (npx mybinder charts fetch)\n`,
  );
}

real(`a second revision, with charts: ${charts}`, () => {
  const state = mkdtempSync(join(tmpdir(), "mybinder-second-"));
  const env = { MYBINDER_STATE: state, MYBINDER_CACHE: environment().cache };
  const copy = projectCopy();
  let toolchain: Toolchain;

  const kubeconfigOf = (stack: string): string => join(state, "control-planes", stack, "kubeconfig");
  const helm = (stack: string, ...args: string[]): Promise<Outcome> =>
    run(toolchain.helm, [...args, "--kubeconfig", kubeconfigOf(stack)]);
  const good = async (stack: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await helm(stack, ...args);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };
  /** The chart in the copy's build folder that a release was installed from. */
  const chartOf = ({ name }: StackRelease): string => {
    const build = join(copy.root, ".build", "charts");
    const prefix = name === certManagerRelease.name ? "cert-manager-" : "mybinder-";
    const [folder = ""] = readdirSync(build).filter((one) => one.startsWith(prefix));
    const [archive] = prefix === "mybinder-" ? [] : readdirSync(join(build, folder));
    return join(build, folder, archive ?? "");
  };
  /** Installs a release again with its own values, and `changes`. */
  const again = async (stack: string, release: StackRelease, ...changes: string[]): Promise<Outcome> => {
    const where = ["--namespace", release.namespace];
    const values = join(state, `${stack}-${release.name}.json`);
    writeFileSync(values, await good(stack, "get", "values", release.name, ...where, "--output", "json"));
    return helm(
      stack,
      ...["upgrade", release.name, chartOf(release), ...where, "--skip-crds"],
      ...["--values", values, ...changes],
    );
  };
  const objects = async (stack: string, { name, namespace }: StackRelease, revision: number) =>
    new Map(
      parseAllDocuments(
        await good(
          stack,
          ...["get", "manifest", name, "--namespace", namespace, "--revision", String(revision)],
        ),
      )
        .map((document) => document.toJS() as KubeObject | null)
        .filter((object) => object !== null)
        .map((object) => [`${object.kind} ${object.metadata.name}`, object]),
    );

  beforeAll(async () => {
    toolchain = await ensureToolchain({ environment: environment(), report: toStderr });
    const { code, stderr } = await runCommand(
      copy.root,
      ["rehearse", ...STACKS, "--keep", "--charts", charts, "--timeout", "120"],
      env,
    ).ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  }, 1_500_000);
  afterAll(async () => {
    await runCommand(copy.root, ["local", "down", "--all"], env).ended;
    copy.remove();
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  test.each(STACKS)(
    "%s: each release renders the same objects again",
    async (stack) => {
      for (const release of [metaChartRelease(stack), certManagerRelease]) {
        expect(await again(stack, release)).toMatchObject({ code: 0 });
        const [first, second] = [await objects(stack, release, 1), await objects(stack, release, 2)];
        expect([...second.keys()].sort()).toEqual([...first.keys()].sort());
        const changed = [...first].filter(([key, object]) => !isDeepStrictEqual(second.get(key), object));
        // names alone: a Secret that differs must not be printed
        expect(changed.map(([key]) => key)).toEqual([]);
      }
    },
    240_000,
  );

  test.each(STACKS)(
    "%s: an upgrade that does not get ready is rolled back, to the first revision too",
    async (stack) => {
      const release = metaChartRelease(stack);
      const where = ["--namespace", release.namespace];
      const refused = await again(
        stack,
        release,
        ...["--set", "nodeJanitor.nodeSelector.disk=none", "--set", "federationProxy.nodeSelector.disk=none"],
        ...["--atomic", "--cleanup-on-fail", "--timeout", "15s"],
      );
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/has been rolled back due to atomic being set/);
      expect(await helm(stack, "rollback", release.name, "1", ...where)).toMatchObject({ code: 0 });
      expect(await good(stack, "status", release.name, ...where)).toContain("STATUS: deployed");
    },
    240_000,
  );
});
