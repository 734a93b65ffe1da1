import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../terminal/failure";
import { withLock } from "../terminal/lock";
import { type Report, toStderr } from "../terminal/report";
import { ROOT } from "../root";

/**
 * The files of the repository while one command edits them. Nobody else's command writes them meanwhile; what an editor
 * or git wrote meanwhile is never overwritten.
 */
export interface RepositoryFiles {
  /** Text of a file below the root, as it was when this command first asked; `undefined` when there is none. */
  readonly text: (file: string) => string | undefined;
  /**
   * Writes files whole (`undefined` removes one), all or none of them up to the renames. Throws Failure, and writes
   * nothing, when one of them was changed by somebody else since it was read.
   */
  readonly write: (files: Readonly<Record<string, string | undefined>>) => void;
}

export interface EditOptions {
  /** The project's folder; default: this checkout. */
  readonly root?: string;
  readonly report?: Report;
}

/** The folder of locks and of files that are being written. Git ignores it; it is on the same file system. */
const WORK = ".build";

/**
 * The one way to change files of the repository. Holds the repository's lock during `work`; a lock whose process was
 * killed is taken over at once. Each file is written beside, synchronised and renamed, so that a killed command or a full disk
 * leaves the old text.
 */
export async function editFiles<T>(
  work: (files: RepositoryFiles) => T | Promise<T>,
  { root = ROOT, report = toStderr }: EditOptions = {},
): Promise<T> {
  const folder = join(root, WORK, "edit");
  const lock = { path: join(root, WORK, "edit.lock"), busyWith: "edits the stack files", report };
  return withLock(lock, async () => {
    // what a killed command left
    rmSync(folder, { recursive: true, force: true });
    const seen = new Map<string, string | undefined>();
    const text = (file: string): string | undefined => {
      if (!seen.has(file)) seen.set(file, read(join(root, file)));
      return seen.get(file);
    };
    const write: RepositoryFiles["write"] = (files) => {
      for (const file of Object.keys(files)) refuseChanged(root, file, text(file));
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        const entries = Object.entries(files).map(([file, content], index) => {
          if (content === undefined) return { file, content, beside: undefined };
          const beside = join(folder, String(index));
          writeSynchronised(beside, content, modeOf(join(root, file)));
          return { file, content, beside };
        });
        for (const { file, content, beside } of entries) {
          if (beside === undefined) rmSync(join(root, file), { force: true });
          else renameSync(beside, join(root, file));
          seen.set(file, content);
        }
        synchronise(root);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    };
    return work({ text, write });
  });
}

/** Changes the text of one file. Throws Failure when there is no such file. */
export function editFile(
  file: string,
  change: (text: string) => string,
  options?: EditOptions,
): Promise<void> {
  return editFiles(({ text, write }) => {
    const before = text(file);
    if (before === undefined) throw new Failure(`there is no ${file}`, 2);
    write({ [file]: change(before) });
  }, options);
}

function refuseChanged(root: string, file: string, seen: string | undefined): void {
  if (read(join(root, file)) === seen) return;
  throw new Failure(
    `another program changed ${file} while this command ran; nothing was written. Run the same command again.`,
  );
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function modeOf(path: string): number {
  return existsSync(path) ? statSync(path).mode & 0o777 : 0o644;
}

function writeSynchronised(path: string, text: string, mode: number): void {
  const file = openSync(path, "wx", mode);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A rename is on the disk once its folder is. */
function synchronise(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
