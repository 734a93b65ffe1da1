import { isWithin, type Network, parseNetwork } from "./network";

/** Networks that are nobody's on the internet: our own pods and probes come from them. */
const PRIVATE = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::/16",
  "fc00::/7",
  "fe80::/10",
].flatMap((text) => parseNetwork(text) ?? []);

/** The private network that shares an address with this one; `undefined` where there is none. */
export function privateNetwork(network: Network): Network | undefined {
  return PRIVATE.find((one) => isWithin(network, one) || isWithin(one, network));
}
