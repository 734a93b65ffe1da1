import { execFileSync } from "node:child_process";

/**
 * A Python that has these modules of BinderHub and the hub: MYBINDER_BINDERHUB_PYTHON, else python3. `undefined`, said in
 * one line, when there is none.
 */
export function pythonWith(modules: readonly string[]): string | undefined {
  const python = process.env["MYBINDER_BINDERHUB_PYTHON"] ?? "python3";
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return python;
  } catch {
    process.stderr.write(
      `skipped: ${python} has not all of ${modules.join(", ")} (name one that has in MYBINDER_BINDERHUB_PYTHON)\n`,
    );
    return undefined;
  }
}
