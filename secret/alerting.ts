import { alerts } from "./needs";
import type { GivenSecret } from "./types";

const EFFECT = "nothing restarts: Alertmanager reads the new one within two minutes";

/** What Alertmanager needs to tell somebody, by who that is. */
export const alertReceivers: readonly Omit<GivenSecret, "source" | "placeholder">[] = [
  {
    key: "alertWebhook",
    purpose: "URL that gets what fires, as Alertmanager's JSON",
    usedBy: "Alertmanager",
    shape: "secret-url",
    values: ["alertReceivers.webhook"],
    neededBy: alerts.webhook,
    rotation: {
      renew: "make another URL where the webhook is received",
      effect: EFFECT,
      revoke: "delete the old URL there",
    },
  },
  {
    key: "alertZulip",
    purpose: "API key of the Zulip bot that posts what fires",
    usedBy: "Alertmanager",
    shape: "token",
    values: ["alertReceivers.zulip.key"],
    neededBy: alerts.zulip,
    rotation: {
      renew: "in Zulip, Settings, Bots: an incoming webhook bot for each stack; generate a new key for it",
      effect: EFFECT,
      revoke: "nothing more: the new key ended the old one",
    },
  },
  {
    key: "alertEmail",
    purpose: "password at the mail server that sends what fires",
    usedBy: "Alertmanager",
    shape: "token",
    values: ["alertReceivers.email"],
    neededBy: alerts.email,
    rotation: {
      renew: "make another password at the mail server's provider; each stack has an account of its own",
      effect: EFFECT,
      revoke: "end the old password there",
    },
  },
  {
    key: "alertGithub",
    purpose:
      "fine-grained token that creates an issue for what fires; it needs Issues: write on that repository alone",
    usedBy: "Alertmanager",
    shape: "token",
    values: ["alertReceivers.github"],
    neededBy: alerts.github,
    rotation: {
      renew: "at GitHub, Settings, Developer settings, Fine-grained tokens",
      effect: EFFECT,
      revoke: "delete the old token there",
    },
  },
  {
    key: "deadMansSwitch",
    purpose:
      "URL that is pinged every minute, of a service that says when the pings stay away, such as healthchecks.io",
    usedBy: "Alertmanager",
    shape: "secret-url",
    values: ["alertReceivers.deadMansSwitch"],
    neededBy: alerts.deadMansSwitch,
    rotation: {
      renew: "make another check at the service, with a period of 5 minutes; each stack has one of its own",
      effect: EFFECT,
      revoke: "delete the old check there",
    },
  },
];
