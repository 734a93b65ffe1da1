import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Stack } from "../model/stack/config";
import { servesLaunches } from "../model/federation/federation";
import type { Values } from "../model/schema/plain/mergeValues";
import { mirrorPassword } from "../model/member/mirrorKey";
import { guestSecret, mirrorFromSecret, mirrorToSecret, registryWarning } from "../model/member/registry";
import type { GoogleRegistryConfig, HarborConfig } from "../model/schema/registry";
import type * as googleModule from "./registry/google";
import type { StackSecrets } from "./secrets";

/** Where a stack keeps its images. */
export interface RegistryArgs {
  readonly stack: Stack;
  readonly given: StackSecrets["given"];
}

/**
 * The registry of a stack. Harbor itself is a part of the meta chart, and a Job there makes its projects, robot accounts and
 * mirrors; here are the passwords that only this stack's Harbor and its counterparts know. Of a registry elsewhere there is
 * nothing to make.
 */
export class Registry extends pulumi.ComponentResource {
  /** Secret values of the meta chart. */
  readonly values: Values;
  /** Passwords of guests' robot accounts, by project; secret. */
  readonly guests: pulumi.Output<Record<string, string>>;

  constructor(name: string, { stack, given }: RegistryArgs, opts: pulumi.ComponentResourceOptions) {
    super("mybinder:index:Registry", name, {}, opts);
    const registry = servesLaunches(stack.config) ? stack.config.registry : undefined;
    const guests = registry?.kind === "harbor" ? this.guestPasswords(name, registry) : {};
    const secrets = {
      ...Object.fromEntries(
        Object.entries(guests).map(([project, secret]) => [guestSecret(project), secret]),
      ),
      ...mirrorPasswords(stack, given.get("registryMirrorKey")),
    };
    this.values = Object.keys(secrets).length > 0 ? { harborSetup: { secrets } } : {};
    this.guests = pulumi.secret(guests);
    if (registry?.kind === "googleArtifactRegistry") this.google(name, stack, registry);
    const warning = servesLaunches(stack.config) ? registryWarning(stack.name, stack.config) : undefined;
    if (warning !== undefined) void pulumi.log.warn(warning, this);
    for (const line of stack.mirrors.waiting) void pulumi.log.warn(`mirror not ready: ${line}`, this);
    this.registerOutputs({});
  }

  private guestPasswords(name: string, { guests }: HarborConfig): Record<string, pulumi.Output<string>> {
    const each = { length: 32, special: false, minLower: 1, minNumeric: 1, minUpper: 1 };
    return Object.fromEntries(
      guests.map(({ project }) => [
        project,
        pulumi.secret(
          // the component's protection, which is for one without anything in it, would refuse a new password
          new random.RandomPassword(`${name}-guest-${project}`, each, { parent: this, protect: false })
            .result,
        ),
      ]),
    );
  }

  private google(name: string, { name: stack, config }: Stack, registry: GoogleRegistryConfig): void {
    // Loaded here alone, so that no other stack pays for @pulumi/gcp.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { googleRegistry } = require("./registry/google") as typeof googleModule;
    googleRegistry(`${name}-google`, { stack, registry, protect: config.protect }, { parent: this });
  }
}

/** Passwords of mirrors on both sides, by the name of their secret file. */
function mirrorPasswords(
  { name, mirrors: { to, from } }: Stack,
  privateKey: pulumi.Output<string> | undefined,
): Record<string, pulumi.Output<string>> {
  if (!privateKey) return {};
  const password = (publicKey: string, pusher: string, receiver: string): pulumi.Output<string> =>
    pulumi.secret(privateKey.apply((key) => mirrorPassword(key, publicKey, { pusher, receiver })));
  return Object.fromEntries([
    ...to.map(({ stack, publicKey }) => [mirrorToSecret(stack), password(publicKey, name, stack)] as const),
    ...from.map(
      ({ stack, publicKey }) => [mirrorFromSecret(stack), password(publicKey, stack, name)] as const,
    ),
  ]);
}
