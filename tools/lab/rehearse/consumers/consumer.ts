import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../ground/terminal/run";
import type { Placed } from "../references/dangling";

/** A configuration that some program reads, as the files that it finds beside each other. */
export interface Configuration {
  /** The object that holds it: `ConfigMap federation-proxy`. */
  readonly object: string;
  readonly files: Readonly<Record<string, string>>;
}

/** A program that reads a configuration of ours, and can be asked whether it accepts one. */
export interface Consumer {
  /** Of whom the configuration is: `HAProxy`. */
  readonly name: string;
  readonly program: string;
  /** The Debian package that has the program. */
  readonly debianPackage: string;
  /** A file that only its configurations have. */
  readonly file: string;
  /** The files to be written into `folder`, with every path of a pod turned into one there. */
  readonly place: (
    files: Readonly<Record<string, string>>,
    folder: string,
  ) => Readonly<Record<string, string>>;
  readonly args: (folder: string) => readonly string[];
  /** What it objects to, from what it printed, without paths of this machine. */
  readonly objections: (printed: string, folder: string) => readonly string[];
  /** The files without what a lesser build of the program cannot know, when that is what it objected to. */
  readonly reduce?: (
    files: Readonly<Record<string, string>>,
    printed: string,
  ) => Readonly<Record<string, string>> | undefined;
}

/** What came of asking a consumer. */
export interface Reading {
  /** Objects whose configuration it read. */
  readonly read: readonly string[];
  /** One line for each configuration that it does not accept. */
  readonly problems: readonly string[];
  /** One line when there is a configuration, and this machine lacks the program. */
  readonly notice: string | undefined;
}

/** Lets the program itself read each of its configurations among the objects. */
export async function read(consumer: Consumer, placed: readonly Placed[]): Promise<Reading> {
  const { name, program, debianPackage } = consumer;
  const found = configurations(consumer, placed);
  const problems: string[] = [];
  for (const { object, files } of found) {
    const objections = await ask(consumer, files);
    if (objections === "not here") {
      const notice = `${name} did not check its configuration: ${program} is not on PATH (Debian package ${debianPackage})`;
      return { read: [], problems: [], notice };
    }
    if (objections.length > 0) {
      problems.push(`${name} rejects its configuration in ${object}:\n    ${objections.join("\n    ")}`);
    }
  }
  return { read: found.map(({ object }) => object), problems, notice: undefined };
}

/** The configurations of a consumer among the objects. */
export function configurations({ file }: Consumer, placed: readonly Placed[]): Configuration[] {
  return placed.flatMap(({ object }) => {
    const files = filesOf(object);
    return file in files ? [{ object: `${object.kind} ${object.metadata.name}`, files }] : [];
  });
}

interface Contents {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>> | null;
  readonly stringData?: Readonly<Record<string, string>> | null;
}

function filesOf({ kind, data, stringData }: Contents): Record<string, string> {
  if (kind === "ConfigMap") return { ...data };
  if (kind !== "Secret") return {};
  const decoded = Object.entries(data ?? {}).map(([name, text]) => [
    name,
    Buffer.from(text, "base64").toString(),
  ]);
  return { ...(Object.fromEntries(decoded) as Record<string, string>), ...stringData };
}

async function ask(
  consumer: Consumer,
  files: Readonly<Record<string, string>>,
): Promise<readonly string[] | "not here"> {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-reads-"));
  try {
    for (const [name, text] of Object.entries(consumer.place(files, folder))) {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    }
    const { code, stdout, stderr } = await run(consumer.program, consumer.args(folder));
    if (code === 0) return [];
    const printed = `${stdout}\n${stderr}`.replaceAll(`${folder}/`, "");
    const reduced = consumer.reduce?.(files, printed);
    if (reduced) return await ask(consumer, reduced);
    const objections = consumer.objections(printed, folder);
    return objections.length > 0
      ? objections
      : [`${consumer.program} ended with ${String(code)}: ${printed.trim()}`];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "not here";
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
