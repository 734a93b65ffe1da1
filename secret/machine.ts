import { copiesSnapshots, makesMachine } from "./needs";
import type { GivenSecret } from "./types";

const NEXT_SNAPSHOT = "K3s restarts once; containers run on";

/** What a K3s machine is made with, and what is kept of it elsewhere. */
export const machineSecrets: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: "sshHostKey",
    purpose:
      "private ECDSA host key (OpenSSH) of a machine that the program makes; cluster.hostKey is its other half",
    usedBy: "the machine's sshd, from its first boot",
    shape: "ssh-private-key",
    values: [],
    neededBy: makesMachine,
    rotation: {
      renew:
        "ssh-keygen -t ecdsa -b 256, put both halves into /etc/ssh of the machine, and the .pub into cluster.hostKey",
      effect: "the machine's metadata changes; every step runs once more and changes nothing",
      revoke: "nothing more: the pinned key is another one",
    },
  },
  {
    key: "k3sToken",
    purpose:
      "token of the K3s cluster: with it, and only with it, a snapshot can be restored on another machine",
    usedBy: "K3s",
    shape: "token",
    values: [],
    neededBy: copiesSnapshots,
    rotation: {
      renew:
        "k3s token rotate on the machine; snapshots of before need the old one, so keep it as long as them",
      effect: NEXT_SNAPSHOT,
      revoke: "delete the snapshots that were taken with it",
    },
  },
  {
    key: "snapshotS3AccessKey",
    purpose: "access key of the bucket that the snapshots of K3s' datastore are copied to",
    usedBy: "K3s",
    shape: "token",
    values: [],
    neededBy: copiesSnapshots,
    shared: "it is a name, worth nothing without its secret key, which is compared",
    rotation: {
      renew: "make another key of the bucket at its provider, and set both halves",
      effect: NEXT_SNAPSHOT,
      revoke: "delete the old key at the bucket's provider",
    },
  },
  {
    key: "snapshotS3SecretKey",
    purpose: "secret key of the bucket that the snapshots of K3s' datastore are copied to",
    usedBy: "K3s",
    shape: "token",
    values: [],
    neededBy: copiesSnapshots,
    rotation: {
      renew: "with snapshotS3AccessKey",
      effect: NEXT_SNAPSHOT,
      revoke: "with snapshotS3AccessKey",
    },
  },
];
