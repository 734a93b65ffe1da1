import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../environment";
import type { Placed } from "../../tools/lab/rehearse/references/dangling";
import { run } from "../../tools/ground/terminal/run";
import { containerView } from "./podFiles";

/** What a configuration file set: by class, then by trait. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const MODULES = ["yaml", "traitlets"];
const PACKAGES = "python3, python3-yaml and python3-traitlets";

/**
 * A Python that has PyYAML and traitlets; `undefined`, said in one line, where there is none. With REQUIRE_REAL=1 throws
 * instead.
 */
export function pythonForSettings(): string | undefined {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      execFileSync(python, ["-c", `import ${MODULES.join(", ")}`], { stdio: "ignore" });
      return python;
    } catch {
      // the next one
    }
  }
  const message = `no python3 has ${MODULES.join(" and ")} (packages ${PACKAGES})`;
  if (environment().requireReal) throw new Error(`REQUIRE_REAL=1, but ${message}`);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

/**
 * What the configuration file of a Deployment's first container sets when Python runs it, on the files and with the
 * environment that the container gets. Rejects with Python's words when the file fails.
 */
export async function effectiveSettings(
  python: string,
  placed: readonly Placed[],
  deployment: string,
): Promise<Settings> {
  return (await runConfig(python, placed, deployment)) as Settings;
}

/**
 * Every setting of a Deployment's configuration file that no class of these modules has, or that its class does not take:
 * traitlets ignores such a one in silence. Takes a Python that has them. Rejects with Python's words when the file fails.
 */
export async function misfits(
  python: string,
  placed: readonly Placed[],
  deployment: string,
  modules: readonly string[],
): Promise<string[]> {
  return (await runConfig(python, placed, deployment, modules)) as string[];
}

/** As the configuration files of BinderHub and the hub do: sections first, then the snippets by their names. */
const READER = `
import json
with open("/values/values.json") as stream:
    values = json.load(stream)
for section, settings in values["config"].items():
    c[section].update(settings)
for name, snippet in sorted(values["extraConfig"].items()):
    exec(compile(snippet, name, "exec"))
`;

/** What sections and snippets of values set, without a chart. Rejects with Python's words when a snippet fails. */
export async function settingsOfValues(
  python: string,
  { config = {}, extraConfig = {} }: { config?: object; extraConfig?: object },
  variables: Readonly<Record<string, string>> = {},
): Promise<Settings> {
  return inFolder(async (folder) => {
    mkdirSync(join(folder, "values"));
    writeFileSync(join(folder, "values", "values.json"), JSON.stringify({ config, extraConfig }));
    writeFileSync(join(folder, "values", "config.py"), READER);
    const order = { folder, config: "/values/config.py", paths: ["/values"], environment: variables };
    return (await runPython(python, order)) as Settings;
  });
}

function runConfig(
  python: string,
  placed: readonly Placed[],
  deployment: string,
  traits?: readonly string[],
): Promise<unknown> {
  return inFolder((folder) => {
    const { command, environment: variables, mounts } = containerView(placed, deployment, folder);
    const config = command[command.indexOf("--config") + 1] ?? "";
    return runPython(python, { folder, config, paths: mounts, environment: variables, traits });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-settings-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPython(python: string, order: object): Promise<unknown> {
  const script = join(__dirname, "python", "effective.py");
  const { code, stdout, stderr } = await run(
    python,
    ["-I", "-B", "-X", "utf8", script],
    JSON.stringify(order),
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
