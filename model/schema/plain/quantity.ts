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

const SESSION_UNIT: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Memory of a session as JupyterHub reads it, in bytes: "450M" is 450 × 2^20 there, and it refuses other units. Throws on
 * any other text. Source: `ByteSpecification` in jupyterhub/traitlets.py, which the test asks
 * where it is installed.
 */
export function sessionBytes(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)([KMGT])$/.exec(text);
  const factor = SESSION_UNIT[match?.[2] ?? ""];
  if (!match || factor === undefined) {
    throw new Error(`not memory as JupyterHub writes it: ${JSON.stringify(text)}`);
  }
  return Math.floor(Number(match[1]) * factor);
}

/** CPUs as text, without trailing zeros: "1.65 CPUs". */
export function inCpus(cpus: number): string {
  const shown = String(Number(cpus.toFixed(2)));
  return shown === "1" ? "1 CPU" : `${shown} CPUs`;
}

/** Bytes as text in GB (10^9 bytes), the unit of invoices: two decimals below 1 GB, else one. */
export function inGB(bytes: number): string {
  return `${(bytes / GB).toFixed(bytes < GB ? 2 : 1)} GB`;
}
