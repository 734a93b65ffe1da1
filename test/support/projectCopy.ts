import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyProject } from "../../tools/ground/projectCopy";

/** A copy of the project in a folder of its own, for tests that edit it or add stack files. */
export function projectCopy(files: Readonly<Record<string, string>> = {}): {
  root: string;
  remove: () => void;
} {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-copy-")));
  copyProject(root);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  return {
    root,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
