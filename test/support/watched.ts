import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RawConfig } from "../../model/schema/rawConfig";
import { deriveStack, type Stack } from "../../model/stack/config";
import { ROOT } from "../../tools/ground/root";
import { publicConfig } from "../../tools/ground/stackFile/stacks";

/** A stack of which everything is watched that can be: proxy and member on a K3s machine, with a Harbor and secrets that end. */
export function watchedStack(): Stack {
  return deriveStack("watched", watchedConfig(), publicConfig);
}

/** What its stack file says. */
export function watchedConfig(): RawConfig {
  const { cluster, registry } = publicConfig("bids-ovh") ?? {};
  return {
    cluster,
    ...{ role: "both", domain: "watched.example.org" },
    hosts: { binder: "binder.watched.example.org" },
    registry: { ...(registry as object), mirrors: [], guests: [] },
    // an empty one counts as not set in a stack file
    archivePublisher: { costs: { bucket: "costs-of-watched" } },
    backup: { bucket: "backups", endpoint: "https://s3.example.org" },
    google: { managed: false, project: "a-project", prefix: "binder" },
    federation: {
      members: [
        { name: "watched", weight: 1 },
        { name: "other", weight: 1, external: { url: "https://binder.example.org" } },
      ],
    },
    secretRecords: {
      kubeconfig: { set: "2026-01-01", ciphertext: "0".repeat(16), expires: "2027-01-01", credentials: [] },
    },
  };
}

/** Every metric that some program exports, by the program: its list in test/golden/metrics, or what our own print. */
export function exportedMetrics(): Map<string, ReadonlySet<string>> {
  const folder = join(ROOT, "test", "golden", "metrics");
  const lists = readdirSync(folder).map((file): [string, ReadonlySet<string>] => {
    const lines = readFileSync(join(folder, file), "utf8").split("\n");
    return [
      file.replace(/\.txt$/, ""),
      new Set(lines.filter((line) => line !== "" && !line.startsWith("#"))),
    ];
  });
  return new Map([...lists, ["own", ownMetrics()]]);
}

/** What the programs in apps/ export, by the calls in their sources that print it. */
function ownMetrics(): Set<string> {
  const apps = join(ROOT, "apps");
  const sources = readdirSync(apps, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Set(sources.flatMap((file) => metricsIn(readFileSync(join(apps, file), "utf8"))));
}

function metricsIn(source: string): string[] {
  const [, prefix = ""] = /(?:# TYPE |`)([a-z_]+_)\$\{(?:name|short)\}/.exec(source) ?? [];
  const called = [...source.matchAll(/\bmetric\(\s*(?:name\()?"([a-z_]+)"\)?,\s*"(?:counter|gauge)"/g)];
  const [, named] = /const name = "([a-z_]+)";[^]*# TYPE \$\{name\} histogram/.exec(source) ?? [];
  const printed = [...source.matchAll(/# TYPE ([a-z_]+) (?:counter|gauge)\b/g)];
  const histograms = [...source.matchAll(/new Histogram\(\s*"([a-z_]+)"/g)];
  return [
    ...called.map(([, name = ""]) => prefix + name),
    ...printed.map(([, name = ""]) => name),
    ...[...histograms, ...(named === undefined ? [] : [["", named]])].flatMap(([, name = ""]) =>
      ["bucket", "sum", "count"].map((part) => `${name}_${part}`),
    ),
  ];
}
