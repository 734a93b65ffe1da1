import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The programs of the embedded control plane, in the order in which they are built: what is needed first comes first. */
export const TOOL_NAMES = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kubectl",
  "helm",
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

/** Go package of each program's `main`. */
export const PACKAGES: Readonly<Record<ToolName, string>> = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
  kubectl: "k8s.io/kubernetes/cmd/kubectl",
  helm: "helm.sh/helm/v3/cmd/helm",
};

/** Folder of go.mod and go.sum, which pin everything that is built. */
export const MODULE_DIR = __dirname;

/** What go.mod pins: version of each module it requires, and the oldest Go that can build it. */
export interface Pins {
  /** "1.26.0" */
  readonly go: string;
  /** Module path to version, "v1.36.3". */
  readonly modules: ReadonlyMap<string, string>;
}

/** Reads the pins out of the text of a go.mod. */
export function parsePins(goMod: string): Pins {
  const go = /^go (\S+)$/m.exec(goMod)?.[1];
  if (!go) throw new Error("go.mod has no go directive");
  const required = goMod.matchAll(/^\t(\S+) (v\S+)/gm);
  return { go, modules: new Map([...required].map(([, path = "", version = ""]) => [path, version])) };
}

/** The arguments of every `go build`. The versions are stamped by the linker: unstamped, Helm believes in Kubernetes 1.20. */
export function buildFlags({ modules }: Pins): string[] {
  const kubernetes = modules.get("k8s.io/kubernetes") ?? "";
  const helm = modules.get("helm.sh/helm/v3") ?? "";
  const [major = "", minor = ""] = kubernetes.slice(1).split(".");
  const stamps = {
    "k8s.io/component-base/version.gitVersion": kubernetes,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
    "k8s.io/component-base/version.gitCommit": "",
    "helm.sh/helm/v3/internal/version.version": helm,
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": major,
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": minor,
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor": major,
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor": minor,
  };
  const links = Object.entries(stamps).map(([variable, value]) => `-X ${variable}=${value}`);
  return ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", ["-s", "-w", ...links].join(" ")];
}

/** What is built, and the name of the cache folder it is built into: a change of any pin gives another folder. */
export interface BuildPlan {
  readonly key: string;
  readonly pins: Pins;
  readonly flags: readonly string[];
}

/**
 * Reads go.mod and go.sum. The key leaves out the version of Go: a finished toolchain serves on when Go is upgraded or
 * removed, and go.sum vouches for what it was built from.
 */
export function buildPlan(): BuildPlan {
  const goMod = readFileSync(join(MODULE_DIR, "go.mod"), "utf8");
  const goSum = readFileSync(join(MODULE_DIR, "go.sum"), "utf8");
  const pins = parsePins(goMod);
  const flags = buildFlags(pins);
  const text = JSON.stringify([goMod, goSum, flags, PACKAGES, process.platform, process.arch]);
  return { key: createHash("sha256").update(text).digest("hex").slice(0, 16), pins, flags };
}
