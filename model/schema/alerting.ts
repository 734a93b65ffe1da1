import { z } from "zod";
import { hostAndPort, line, natural, origin, strict } from "./parts";

const atLeast = z
  .enum(["warning", "critical"])
  .default("warning")
  .describe("Severity from which alerts go there");

/** Who is told what fires. Credentials are secrets: alertWebhook, alertZulip, alertEmail, alertGithub, deadMansSwitch. */
export const alertingSchema = strict({
  webhook: strict({ atLeast })
    .optional()
    .describe("Alertmanager's own JSON to a URL, which is the secret alertWebhook"),
  zulip: strict({
    site: origin.default("https://jupyter.zulipchat.com").describe("The Zulip organisation"),
    channel: line.describe("Channel that gets the messages; the topic is the alert's name"),
    atLeast,
  }).optional(),
  email: strict({
    server: hostAndPort.describe("Mail server with its port; it must offer STARTTLS, or TLS on 465"),
    from: z.email().describe("Sender"),
    to: z.array(z.email()).min(1).describe("Who gets the mail"),
    user: line.describe("Account at the mail server; its password is the secret alertEmail"),
    atLeast,
  }).optional(),
  github: strict({
    repository: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/, {
        error: "a repository such as jupyterhub/mybinder.org-deploy",
      })
      .describe("Repository that gets an issue for each alert that fires"),
    atLeast: atLeast.unwrap().default("critical").describe("Severity from which alerts become issues"),
  }).optional(),
  deadMansSwitch: z
    .boolean()
    .default(false)
    .describe(
      "Ping the URL of the secret deadMansSwitch every minute: who runs it says when the pings stay away",
    ),
  repeatHours: natural.default(12).describe("Hours after which what still fires is told again"),
});
