import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { run } from "../../ground/terminal/run";

/** What a local command printed. */
interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a local command once for each cluster, as the engine with its state would: what it printed is kept in `file`
 * (0600), beside the cluster's data and gone with it, so that a second rehearsal is "no change". Another command, input
 * or trigger runs again. Throws with what the command said when it fails.
 */
export async function runLocalCommand(
  file: string,
  name: string,
  inputs: { readonly create?: string; readonly stdin?: string; readonly triggers?: unknown },
): Promise<Printed> {
  const { create = "", stdin = "", triggers } = inputs;
  const digest = createHash("sha256")
    .update(JSON.stringify([create, stdin, triggers]))
    .digest("hex");
  const key = `${name} ${digest}`;
  const before = keptIn(file)[key];
  if (before) return before;
  const { code, stdout, stderr } = await run("/bin/sh", ["-c", create], stdin);
  if (code !== 0) throw new Error(`command ${name} ended with ${String(code)}: ${stderr.trim()}`);
  const printed = { stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
  // read again: another command may have ended meanwhile
  writeFileSync(`${file}.new`, JSON.stringify({ ...keptIn(file), [key]: printed }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return printed;
}

function keptIn(file: string): Readonly<Record<string, Printed | undefined>> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Printed>) : {};
}
