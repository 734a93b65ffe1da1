import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { archiveName } from "../../charts/archive";
import { metaChartPins } from "../../charts/metaChart";
import { packStandIn } from "../../tools/ground/cluster/charts";
import { type Outcome, run } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { helmProgram } from "./helm";

export const META_CHART = join(ROOT, "charts", "mybinder");
export const FIXTURES = readdirSync(join(META_CHART, "fixtures")).map((file) => basename(file, ".yaml"));

/** A rendered object; `own` if a template of the meta chart itself made it. */
export interface Rendered extends KubernetesObject {
  readonly own: boolean;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: Record<string, unknown> & { readonly template?: PodTemplate };
  readonly data?: Readonly<Record<string, string>>;
}

export interface PodTemplate {
  readonly metadata?: {
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown> & {
    readonly containers: Container[];
    readonly initContainers?: Container[];
  };
}

export interface Container extends Record<string, unknown> {
  readonly name: string;
  readonly image: string;
}

/** The meta chart with its dependencies, stand-ins unless real ones are named, in a folder of its own. */
export class AssembledChart {
  private constructor(
    readonly folder: string,
    private readonly helmPath: string,
  ) {}

  /** `real` is a folder with the archives of every pinned chart; without it, the stand-ins are taken. */
  static async create(real?: string): Promise<AssembledChart> {
    const helmPath = await helmProgram();
    const folder = mkdtempSync(join(tmpdir(), "mybinder-chart-"));
    cpSync(META_CHART, folder, { recursive: true });
    mkdirSync(join(folder, "charts"));
    for (const pin of metaChartPins(ROOT)) {
      const archive = archiveName(pin);
      if (real === undefined) packStandIn(pin, join(folder, "charts"));
      else cpSync(join(real, archive), join(folder, "charts", archive));
    }
    return new AssembledChart(folder, helmPath);
  }

  helm(...args: string[]): Promise<Outcome> {
    return run(this.helmPath, args);
  }

  /** `helm template` with a fixture, and values given as `--set`. */
  template(fixture: string, ...sets: string[]): Promise<Outcome> {
    const values = [
      "-f",
      join(this.folder, "fixtures", `${fixture}.yaml`),
      ...sets.flatMap((set) => ["--set", set]),
    ];
    return this.helm("template", "example", this.folder, "--namespace", "example-ns", ...values);
  }

  async render(fixture: string, ...sets: string[]): Promise<Rendered[]> {
    return objectsIn(await this.template(fixture, ...sets));
  }

  /** The same with values of any shape laid over the fixture's. */
  async renderValues(fixture: string, values: Readonly<Record<string, unknown>>): Promise<Rendered[]> {
    const file = join(this.folder, "fixtures", `${fixture}.yaml`);
    const args = ["template", "example", this.folder, "--namespace", "example-ns", "-f", file, "-f", "-"];
    return objectsIn(await run(this.helmPath, args, JSON.stringify(values)));
  }

  /** The objects of a release with these values, named as the release. */
  async renderRelease(release: string, values: Readonly<Record<string, unknown>>): Promise<Rendered[]> {
    const args = ["template", release, this.folder, "--namespace", release, "--values", "-"];
    return objectsIn(await run(this.helmPath, args, JSON.stringify(values)));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function objectsIn({ code, stdout, stderr }: Outcome): Rendered[] {
  if (code !== 0) throw new Error(stderr);
  return stdout
    .split(/^---$/m)
    .map((text) => ({ object: parse(text, { merge: true }) as KubernetesObject | null, text }))
    .flatMap(({ object, text }) =>
      object ? [{ ...object, own: text.includes("# Source: mybinder/templates/") }] : [],
    );
}

/** The object of a kind and name; fails when it was not rendered. */
export function objectOf(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name} was rendered`);
  return found;
}
