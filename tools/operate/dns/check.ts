import type { DnsRecord } from "../../../model/member/dnsRecords";

/** The addresses of a host of one type; empty when it has none. Rejects when no name server answers. */
export type Resolve = (host: string, type: DnsRecord["type"]) => Promise<readonly string[]>;

/** What resolvers say of a host. */
export interface DnsFinding {
  readonly stack: string;
  readonly host: string;
  /** The addresses that were found. */
  readonly found: readonly string[];
  /** What is wrong; `undefined`: nothing. */
  readonly problem: string | undefined;
}

/** The records of one stack's hosts. */
export interface StackRecords {
  readonly stack: string;
  readonly records: readonly DnsRecord[];
}

/**
 * Whether the hosts of a stack lead where its stack file says. Where it says no address, all of them must lead to the same one,
 * since one cluster answers at all of them; the host of an external member has to lead anywhere.
 */
export async function checkDns({ stack, records }: StackRecords, resolve: Resolve): Promise<DnsFinding[]> {
  const hosts = [...new Set(records.map(({ name }) => name))];
  const found = new Map(
    await Promise.all(hosts.map(async (host) => [host, await addressesOf(host, resolve)] as const)),
  );
  const own = records.filter((record) => record.own).map(({ name }) => name);
  const first = own.find((host) => (found.get(host)?.addresses.length ?? 0) > 0);
  return hosts.map((host) => {
    const { addresses, error } = found.get(host) ?? { addresses: [], error: undefined };
    const wanted = records.filter(({ name }) => name === host);
    const reference = first === undefined ? [] : (found.get(first)?.addresses ?? []);
    const problem = error ?? problemOf(wanted, addresses, { host: first ?? host, addresses: reference });
    return { stack, host, found: addresses, problem };
  });
}

async function addressesOf(
  host: string,
  resolve: Resolve,
): Promise<{ addresses: string[]; error: string | undefined }> {
  try {
    const both = await Promise.all((["A", "AAAA"] as const).map((type) => resolve(host, type)));
    return { addresses: both.flat().sort(), error: undefined };
  } catch (error) {
    return { addresses: [], error: error instanceof Error ? error.message : String(error) };
  }
}

function problemOf(
  wanted: readonly DnsRecord[],
  found: readonly string[],
  reference: { readonly host: string; readonly addresses: readonly string[] },
): string | undefined {
  if (found.length === 0) {
    return `has no address; expected: ${wanted.map(({ value, address }) => value ?? address).join(", ")}`;
  }
  const [record] = wanted;
  if (!record?.own) return undefined;
  const values = wanted.flatMap(({ value }) => (value === undefined ? [] : [canonical(value)]));
  const isKnown = wanted.every(({ value }) => value !== undefined);
  const expected = isKnown ? values : reference.addresses;
  if (found.map(canonical).sort().join() === [...expected].map(canonical).sort().join()) return undefined;
  const why = isKnown ? "" : `, as ${reference.host} does`;
  return `leads to ${found.join(", ")}; expected: ${expected.join(", ")}${why}`;
}

/** An address in the form that name servers answer: IPv6 has many. */
function canonical(address: string): string {
  return address.includes(":") ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
