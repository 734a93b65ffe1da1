/** One sample: labels and value. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** One metric in Prometheus' text format. */
export function metric(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${String(value)}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

/** How long something takes, as a Prometheus histogram in seconds. */
export class Histogram {
  private readonly counts: number[];
  private sum = 0;
  /** Observations so far. */
  count = 0;
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
  ) {
    this.counts = bounds.map(() => 0);
  }

  observe(seconds: number): void {
    this.sum += seconds;
    this.count += 1;
    this.bounds.forEach((bound, index) => {
      if (seconds <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    });
  }

  toString(): string {
    const { name } = this;
    const buckets = this.bounds.map(
      (bound, index) => `${name}_bucket{le="${String(bound)}"} ${String(this.counts[index] ?? 0)}`,
    );
    return [
      `# HELP ${name} ${this.help}`,
      `# TYPE ${name} histogram`,
      ...buckets,
      `${name}_bucket{le="+Inf"} ${String(this.count)}`,
      `${name}_sum ${String(this.sum)}`,
      `${name}_count ${String(this.count)}`,
      "",
    ].join("\n");
  }
}
