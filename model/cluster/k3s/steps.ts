import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { k3sMachine, DATA_DISK_MOUNT } from "../k3sMachine";
import { DRAIN_SECONDS } from "../upgradePlan";
import { k3sServerConfig, kubeletConfig } from "../kubelet";
import { NODE_PURPOSE_LABEL } from "../nodes";
import { GIB } from "../../schema/plain/quantity";
import type { K3sConfig } from "../../schema/stack";
import { snapshotSecrets } from "../snapshots";
import { SERVICE_UNIT } from "./unit";

/** One step of making a machine what it should be: a script of `scripts/` with its parameters. */
export interface Step {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const SYSCTLS = { "fs.inotify.max_user_instances": 8192, "fs.inotify.max_user_watches": 524288 };

/**
 * The steps that make the machine of a K3s stack, in their order. Each is complete in itself: run again it changes
 * nothing, run after an interruption it continues. `host` is the name or address that reaches the machine.
 */
export function machineSteps(cluster: K3sConfig, host: string): Step[] {
  const { release } = cluster;
  const machine = k3sMachine(cluster);
  return [
    step("time"),
    step("sysctl", {
      SYSCTL: lines(Object.entries(SYSCTLS).map(([key, value]) => `${key} = ${String(value)}`)),
    }),
    ...(machine.dataDisk !== undefined && machine.dataDiskGiB !== undefined
      ? [
          step("disk", {
            DATA_DISK: machine.dataDisk,
            DATA_DISK_BYTES: String(Math.round(machine.dataDiskGiB * GIB)),
            MOUNT_POINT: DATA_DISK_MOUNT,
            WIPE_SERIAL: machine.dataDiskWipe ?? "",
          }),
        ]
      : []),
    step("kubelet", { KUBELET_CONFIG: file(kubeletConfig(cluster)) }),
    step("server", { K3S_CONFIG: file(k3sServerConfig(cluster, host)) }),
    step("secrets", { KEYS: snapshotSecrets(cluster).join(" ") }),
    step("install", {
      K3S_VERSION: release.version,
      K3S_SHA256: release.sha256 ?? "",
      UPGRADES: release.window ? "window" : "now",
      DRAIN_SECONDS: String(DRAIN_SECONDS),
      UNIT: SERVICE_UNIT,
    }),
    step("labels", { LABEL: NODE_PURPOSE_LABEL, PURPOSE: "core" }),
  ];
}

/** Prints the kubeconfig of the machine on stdout, after all the others. */
export const KUBECONFIG_STEP: Step = step("kubeconfig");

/** The step `secrets` with K3s' secret settings; without them it compares names only. */
export function withSecrets(one: Step, settings: Readonly<Record<string, string>>): Step {
  if (Object.keys(settings).length === 0) return one;
  return step(one.name, { ...one.parameters, SECRETS: file(settings), TOKEN: settings["token"] ?? "" });
}

/** Lists the snapshots of the datastore on stdout. */
export const SNAPSHOTS_STEP: Step = step("snapshots");

/** Puts the datastore back to the snapshot of that name. */
export function restoreStep(snapshot: string): Step {
  return step("restore", { SNAPSHOT: snapshot });
}

/**
 * What the machine's shell runs for every step: it reads parameters from stdin up to an empty line, then the script.
 * A value's further lines begin with "+". So nothing is interpolated into a command, and nothing shows in `ps`.
 */
export const RUN_STEP = `exec bash -c 'set -eu
name=
while IFS= read -r line && [ -n "$line" ]; do
  if [ "\${line:0:1}" = + ]; then export "$name=\${!name}
\${line:1}"; else name=\${line%%=*}; export "$line"; fi
done
script=$(cat)
eval "$script" </dev/null'`;

/** The input of {@link RUN_STEP}. A connection lost on the way leaves a script without its last line, which calls it. */
export function stepInput({ name, parameters }: Step, check = false): string {
  const settings = Object.entries(check ? { ...parameters, CHECK: "1" } : parameters).map(
    ([key, value]) => `${key}=${value.split("\n").join("\n+")}\n`,
  );
  return `${settings.join("")}\n${script("lib")}\n${script(name)}`;
}

/** Changes when a step's script or parameters do. */
export function stepDigest(one: Step): string {
  return textDigest(stepInput(one));
}

/** Twelve hexadecimal digits that change with the text. */
export function textDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function step(name: string, parameters: Readonly<Record<string, string>> = {}): Step {
  return { name, parameters };
}

function script(name: string): string {
  return readFileSync(join(__dirname, "scripts", `${name}.sh`), "utf8");
}

function file(content: Readonly<Record<string, unknown>>): string {
  return lines([
    "# Written by mybinder: an edit here is taken back. Change the stack file instead.",
    stringify(content),
  ]);
}

function lines(of: readonly string[]): string {
  return of.join("\n").trimEnd();
}
