import { isIPv4, isIPv6 } from "node:net";

/** A network of IPv4 or IPv6. An address is a network of full length. */
export interface Network {
  readonly family: 4 | 6;
  /** The network's first address, as a number. */
  readonly first: bigint;
  /** Length of the prefix in bits. */
  readonly length: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Reads an address or a CIDR block; `undefined` for any other text, and for a block with bits beyond its prefix. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = "", prefix] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (family === undefined || (family === 6 && address.includes("."))) return undefined;
  const length = prefix === undefined ? BITS[family] : Number(prefix);
  if (length > BITS[family]) return undefined;
  const first = family === 4 ? numberOf4(address) : numberOf6(address);
  return (first & hostMask(family, length)) === 0n ? { family, first, length } : undefined;
}

/** The one way to write a network: an address without its prefix, and IPv6 as short as it can be. */
export function networkText({ family, first, length }: Network): string {
  const address = family === 4 ? text4(first) : text6(first);
  return length === BITS[family] ? address : `${address}/${String(length)}`;
}

/** A network as a CIDR block, with a prefix always. */
export function cidrText(network: Network): string {
  const text = networkText(network);
  return text.includes("/") ? text : `${text}/${String(network.length)}`;
}

/** Whether `inner` is in `outer`, or is it. */
export function isWithin(inner: Network, outer: Network): boolean {
  return (
    inner.family === outer.family &&
    inner.length >= outer.length &&
    (inner.first & ~hostMask(outer.family, outer.length)) === outer.first
  );
}

/** The addresses of a network, in order. Call it for small ones. */
export function addressesOf({ family, first, length }: Network): string[] {
  const count = 1 << (BITS[family] - length);
  return Array.from({ length: count }, (_, index) =>
    networkText({ family, first: first + BigInt(index), length: BITS[family] }),
  );
}

function hostMask(family: 4 | 6, length: number): bigint {
  return (1n << BigInt(BITS[family] - length)) - 1n;
}

function numberOf4(address: string): bigint {
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function numberOf6(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined): string[] => (text ? text.split(":") : []);
  const [left, right] = [groups(head), groups(tail)];
  const middle = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array<string>(middle).fill("0"), ...right].reduce(
    (sum, group) => sum * 65_536n + BigInt(`0x${group}`),
    0n,
  );
}

function text4(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join(".");
}

function text6(number: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((number >> BigInt((7 - index) * 16)) & 65_535n).toString(16),
  );
  // a URL has the shortest form, by the rules of RFC 5952
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
