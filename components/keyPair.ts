import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as command from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";

/** An RSA key and a certificate that it signed itself; both PEM, both secret. */
export interface KeyPair {
  readonly key: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
}

const SCRIPT = readFileSync(join(__dirname, "keyPair", "selfSigned.mjs"), "utf8");

/**
 * A key pair that is made once and kept, encrypted, in the stack's state. `subject` is the certificate's common name,
 * `bits` the length of the key; another `rotated` makes another pair. The Node that runs the program makes it: nothing
 * else is asked of the machine. Another version of the script makes no new key.
 */
export function keyPair(
  name: string,
  {
    subject,
    bits,
    rotated,
  }: { readonly subject: string; readonly bits: number; readonly rotated?: string | undefined },
  opts: pulumi.CustomResourceOptions,
): KeyPair {
  const { stdout } = new command.Command(
    name,
    {
      create: `node --input-type=module - ${subject} ${String(bits)}`,
      stdin: SCRIPT,
      // what it prints is the key
      logging: command.Logging.Stderr,
      addPreviousOutputInEnv: false,
      ...(rotated !== undefined && { triggers: [rotated] }),
    },
    {
      ...opts,
      additionalSecretOutputs: ["stdout"],
      // without an update of its own, a changed input would run it again
      ignoreChanges: ["create", "stdin", "logging"],
    },
  );
  // `pulumi up --target` of something else does not make a pair that is not there yet, and its output is nothing.
  const printed = (stdout as pulumi.Output<string | undefined>).apply(
    (text) => JSON.parse(text ?? '{"key":"","certificate":""}') as { key: string; certificate: string },
  );
  return {
    key: pulumi.secret(printed.apply(({ key }) => key)),
    certificate: pulumi.secret(printed.apply(({ certificate }) => certificate)),
  };
}
