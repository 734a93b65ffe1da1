import { backsUp } from "./needs";
import type { GivenSecret } from "./types";

const NEXT = "the next backup uses it";

/** Of the bucket that holds backups, and the password with which they are encrypted. */
export const backupSecrets: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: "backupS3AccessKey",
    purpose: "access key of the bucket of backups",
    usedBy: "restic, in the CronJobs backup-* and restore-*",
    shape: "token",
    values: ["backup.keys.accessKey"],
    neededBy: backsUp,
    shared: "it is a name, worth nothing without its secret key, which is compared",
    rotation: {
      renew: "make another key of the bucket at its provider, and set both halves",
      effect: NEXT,
      revoke: "delete the old key at the bucket's provider",
    },
  },
  {
    key: "backupS3SecretKey",
    purpose: "secret key of the bucket of backups",
    usedBy: "restic, in the CronJobs backup-* and restore-*",
    shape: "token",
    values: ["backup.keys.secretKey"],
    neededBy: backsUp,
    rotation: { renew: "with backupS3AccessKey", effect: NEXT, revoke: "with backupS3AccessKey" },
  },
  {
    key: "backupPassword",
    purpose: "password with which backups are encrypted: without it, no backup can be restored",
    usedBy: "restic, in the CronJobs backup-* and restore-*",
    shape: "token",
    values: ["backup.keys.password"],
    neededBy: backsUp,
    rotation: {
      renew: "openssl rand -hex 32; first add it to each repository: docs/backup.md",
      effect: `${NEXT}; one that the repository does not know ends every backup with that message`,
      revoke:
        "restic key remove, as in docs/backup.md; whoever copied the bucket can still read what was there",
    },
  },
];
