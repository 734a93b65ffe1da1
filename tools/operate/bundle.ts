import { join } from "node:path";
import { ROOT } from "../ground/root";

/** A program of apps/ and the file of the meta chart that holds it, bundled. */
export interface Bundle {
  readonly entry: string;
  readonly file: string;
}

/** The programs that run inside the cluster, from a ConfigMap on the stock Node image. */
export const BUNDLES: readonly Bundle[] = [
  {
    entry: join("apps", "federation-agent", "main.ts"),
    file: join("charts", "mybinder", "files", "federation-agent.js"),
  },
  {
    entry: join("apps", "node-janitor", "main.ts"),
    file: join("charts", "mybinder", "files", "node-janitor.js"),
  },
  {
    entry: join("apps", "build-pruner", "main.ts"),
    file: join("charts", "mybinder", "files", "build-pruner.js"),
  },
  {
    entry: join("apps", "synthetic-launcher", "main.ts"),
    file: join("charts", "mybinder", "files", "synthetic-launcher.js"),
  },
  {
    entry: join("apps", "harbor-setup", "main.ts"),
    file: join("charts", "mybinder", "files", "harbor-setup.js"),
  },
  {
    entry: join("apps", "archive-publisher", "main.ts"),
    file: join("charts", "mybinder", "files", "archive-publisher.js"),
  },
  {
    entry: join("apps", "ban-keeper", "main.ts"),
    file: join("charts", "mybinder", "files", "ban-keeper.js"),
  },
  {
    entry: join("apps", "process-scanner", "main.ts"),
    file: join("charts", "mybinder", "files", "process-scanner.js"),
  },
];

/** A program as one file that needs nothing but Node. Legible on purpose: it is read in a ConfigMap at 3 a.m. */
export async function bundle({ entry }: Bundle): Promise<string> {
  // esbuild is for developers: the other commands do without it
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    target: "node20",
    charset: "utf8",
    write: false,
    banner: { js: `// Made from ${entry} by: npx mybinder bundle` },
  });
  return outputFiles[0]?.text ?? "";
}
