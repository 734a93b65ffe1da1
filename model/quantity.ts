const UNIT: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

export const GIB = 2 ** 30;
export const GB = 1e9;

/** A Kubernetes quantity ("450M", "2Gi", "100m") as a number of bytes or CPUs. Throws on any other text. */
export function parseQuantity(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)$/.exec(text);
  const factor = UNIT[match?.[2] ?? ""];
  if (!match || factor === undefined) throw new Error(`not a Kubernetes quantity: ${JSON.stringify(text)}`);
  return Number(match[1]) * factor;
}

/** Bytes in GB (10^9 bytes), as operators and invoices give them: two decimals below 1, else one. */
export function inGB(bytes: number): string {
  return `${(bytes / GB).toFixed(bytes < GB ? 2 : 1)} GB`;
}
