import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kept, secretFile } from "../../../secret/kept";
import { Failure } from "../../ground/terminal/failure";
import { editFiles } from "../../ground/stackFile/editor";
import { pulumiCli } from "../../ground/cluster/pulumiCli";

/**
 * Encrypts a value into a stack file with the stack's own provider; the file beside it, where there is one, is written with it,
 * else the one of a former value removed. What Pulumi encrypts goes to its standard input, and Pulumi
 * writes a copy: it writes in place, so a killed run would leave half a stack file. Throws Failure with Pulumi's reason, or
 * (exit code 3) when there is no pulumi.
 */
export async function encrypt(
  key: string,
  stack: string,
  { inStackFile, file: beside }: Kept,
): Promise<void> {
  const file = `Pulumi.${stack}.yaml`;
  const folder = mkdtempSync(join(tmpdir(), "mybinder-config-"));
  const copy = join(folder, file);
  try {
    await editFiles(async ({ text, write }) => {
      writeFileSync(copy, text(file) ?? "");
      const args = ["config", "set", "--secret", key, "--stack", stack, "--config-file", copy];
      const { code, stderr } = await pulumiCli(args, inStackFile);
      if (code !== 0) throw new Failure(`pulumi did not set ${key} of ${stack}: ${stderr.trim()}`);
      write({ [file]: readFileSync(copy, "utf8"), [secretFile(stack, key)]: beside });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The given secrets of a stack, decrypted, by key. Throws Failure when this machine has no access to the stack. */
export async function decrypt(stack: string): Promise<ReadonlyMap<string, string>> {
  const { code, stdout, stderr } = await pulumiCli(["config", "--stack", stack, "--show-secrets", "--json"]);
  if (code !== 0) throw new Failure(`pulumi did not decrypt the secrets of ${stack}: ${stderr.trim()}`);
  const all = JSON.parse(stdout) as Readonly<Record<string, { value?: string; secret: boolean }>>;
  return new Map(
    Object.entries(all).flatMap(([key, { value, secret }]): [string, string][] =>
      secret && value !== undefined ? [[key.replace(/^mybinder:/, ""), value]] : [],
    ),
  );
}
