import type { Endpoint, Protocol } from "../networkPolicy";
import { ADDRESSES } from "../networkTable";
import { ipv6, slug } from "./pods";
import type { Try } from "./network";

/** A cell of the table: a connection that somebody tries. */
export interface Cell {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol: Protocol;
}

export const BOTH: readonly Protocol[] = ["TCP", "UDP"];

/** Both families of addresses, and an end with its address of that family. */
export const FAMILIES: [string, (one: Endpoint) => Endpoint][] = [
  ["IPv4", (one: Endpoint): Endpoint => one],
  ["IPv6", (one: Endpoint): Endpoint => ({ ...one, ip: ipv6(one.ip) })],
];

/** Every source with every other target, at each of its ports. */
export function pairs(
  sources: readonly Endpoint[],
  targets: readonly Endpoint[],
  ports: (to: Endpoint) => readonly number[],
  protocols = BOTH,
): Cell[] {
  return sources.flatMap((from) =>
    targets
      .filter((to) => to.ip !== from.ip)
      .flatMap((to) =>
        ports(to).flatMap((port) => protocols.map((protocol) => ({ from, to, port, protocol }))),
      ),
  );
}

/** The rows of the table that are no pod's. The way to a link-local address of IPv6 is its link, so that it is left out. */
export const OUTSIDE = ADDRESSES.filter(([, ip]) => !ip.startsWith("fe80:"));

/** A source with each of these rows. */
export const toOutside = (from: Endpoint): Cell[] =>
  OUTSIDE.map(([name, ip, port, protocol]) => ({ from, to: { name, ip }, port, protocol }));

export const tryOf = ({ from, to, port, protocol }: Cell): Try => [slug(from), to.ip, port, protocol];
