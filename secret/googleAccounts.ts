import { publishesArchive, sendsEvents } from "./needs";
import type { GivenSecret } from "./types";

/** Keys of Google service accounts: one writes launch events, one publishes them. */
export const googleAccounts: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: "eventsServiceAccount",
    purpose: "Google service account key (JSON) that writes launch events",
    usedBy: "BinderHub",
    shape: "google-service-account",
    values: [],
    neededBy: sendsEvents,
    rotation: {
      renew: "gcloud iam service-accounts keys create FILE --iam-account ACCOUNT",
      effect:
        "BinderHub reads it when it starts: kubectl --namespace <stack> rollout restart deployment binder",
      revoke: "gcloud iam service-accounts keys delete KEY_ID --iam-account ACCOUNT",
    },
  },
  {
    key: "archiveServiceAccount",
    purpose:
      "Google service account key (JSON) that publishes launch events: reads the export, writes the archive",
    usedBy: "archive-publisher",
    shape: "google-service-account",
    values: ["archivePublisher.serviceAccountKey"],
    neededBy: publishesArchive,
    rotation: {
      renew: "gcloud iam service-accounts keys create FILE --iam-account ACCOUNT",
      effect: "nothing restarts: the publisher reads it for each token",
      revoke: "gcloud iam service-accounts keys delete KEY_ID --iam-account ACCOUNT",
    },
  },
];
