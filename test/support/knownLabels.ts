import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/ground/root";

/** The labels of a metric: the values that were seen of each, or none where they are names of things. */
export type Labels = Readonly<Record<string, readonly string[]>>;

/** The labels of metrics of programs of others, by where that is from: test/golden/labels.json. */
export function knownLabels(): Readonly<Record<string, Readonly<Record<string, Labels>>>> {
  return JSON.parse(readFileSync(join(ROOT, "test", "golden", "labels.json"), "utf8")) as never;
}

/** The labels of the metrics in what a program prints for Prometheus, with each value. */
export function printedLabels(text: string): Map<string, Map<string, Set<string>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const [, metric = "", inside = ""] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /gm)) {
    const labels = found.get(metric) ?? new Map<string, Set<string>>();
    found.set(metric, labels);
    for (const [, label = "", value = ""] of inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
  }
  return found;
}
