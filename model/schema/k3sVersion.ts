/**
 * The K3s release of a machine whose stack file does not set one, from https://github.com/k3s-io/k3s/releases.
 * Where `cluster.release.sha256` is not set, the machine checks the binary against the checksum file of the same release,
 * fetched over TLS. It remembers the checksum, so a second download of that release must be identical.
 */
export const K3S = { version: "v1.34.4+k3s1" } as const;
