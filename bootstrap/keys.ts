import { CryptoKey, CryptoKeyIAMMember, KeyRing } from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import { type KmsKey, OWN_KEY, type PlannedStack } from "./plan";
import type { Settings } from "./settings";

/** How often a key gets a new version; older ones still decrypt. */
const ROTATION_DAYS = 90;
/** How long a version that somebody destroys can be taken back. */
const DESTRUCTION_DAYS = 30;

/** The keys with which each stack's secrets are encrypted, one for each, and one for the bootstrap's own. */
export class Keys extends pulumi.ComponentResource {
  private readonly keys: ReadonlyMap<string, CryptoKey>;
  private readonly rings = new Map<string, KeyRing>();
  /** What `pulumi stack init --secrets-provider` takes, by stack. */
  readonly providers: Readonly<Record<string, string>>;

  constructor(
    name: string,
    stacks: readonly PlannedStack[],
    { protect }: Settings,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("mybinder:bootstrap:Keys", name, {}, opts);
    const [first] = stacks;
    const wanted = [
      ...stacks.map((stack) => [stack.name, stack.key] as const),
      ...(first ? [[OWN_KEY, { ...first.key, name: OWN_KEY }] as const] : []),
    ];
    this.keys = new Map(wanted.map(([stack, key]) => [stack, this.key(`${name}-${stack}`, key, protect)]));
    this.providers = Object.fromEntries(
      wanted.map(([stack, { project, location, ring, name: key }]) => [
        stack,
        `gcpkms://projects/${project}/locations/${location}/keyRings/${ring}/cryptoKeys/${key}`,
      ]),
    );
    this.registerOutputs({ providers: this.providers });
  }

  /** Lets somebody use a stack's key: `decrypter` reads secrets, `encrypterDecrypter` sets them too. */
  users(
    name: string,
    stack: string,
    member: pulumi.Input<string>,
    use: "decrypter" | "encrypterDecrypter",
  ): void {
    const key = this.keys.get(stack);
    if (!key) throw new Error(`stack ${stack} has no key`);
    const role = `roles/cloudkms.cryptoKey${use === "decrypter" ? "Decrypter" : "EncrypterDecrypter"}`;
    new CryptoKeyIAMMember(
      `${name}-uses-key-of-${stack}`,
      { cryptoKeyId: key.id, role, member },
      { parent: this },
    );
  }

  private key(name: string, { ring, name: key, ...place }: KmsKey, protect: boolean): CryptoKey {
    // Google never deletes a ring or a key: what is taken out of the program stays there.
    const opts = { parent: this, protect, retainOnDelete: true };
    const at = `${place.location}-${ring}`;
    const keyRing = this.rings.get(at) ?? new KeyRing(at, { ...place, name: ring }, opts);
    this.rings.set(at, keyRing);
    return new CryptoKey(
      name,
      {
        name: key,
        keyRing: keyRing.id,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: `${String(ROTATION_DAYS * 86_400)}s`,
        destroyScheduledDuration: `${String(DESTRUCTION_DAYS * 86_400)}s`,
        labels: { "part-of": "mybinder" },
      },
      opts,
    );
  }
}
