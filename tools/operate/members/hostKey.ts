import { createHash } from "node:crypto";
import { Failure } from "../../ground/terminal/failure";
import { type Outcome, run } from "../../ground/terminal/run";

/**
 * The ECDSA host key that a machine shows now, as a stack file has it. Whoever is on the way could have answered, so the
 * operator compares its fingerprint. Throws Failure when nothing answers.
 */
export async function scanHostKey(host: string): Promise<string> {
  const { stdout, stderr } = await run("ssh-keyscan", ["-T", "10", "-t", "ecdsa", "--", host]).catch(
    (): Outcome => {
      throw new Failure(
        "ssh-keyscan is not on PATH (package openssh-client); install it or give --host-key",
        3,
      );
    },
  );
  const key = stdout
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(" ").slice(1, 3).join(" "))[0];
  if (key !== undefined) return key;
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  throw new Failure(`${host} presented no ECDSA host key (${reason || "no answer"}); give --host-key`);
}

/** A host key's fingerprint, as `ssh-keygen -l` prints it. */
export function fingerprint(hostKey: string): string {
  const [, body = ""] = hostKey.split(" ");
  const digest = createHash("sha256").update(Buffer.from(body, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}
