import type { Alert } from "../../../model/alerts/alert";
import { alertsOf } from "../../../model/alerts/rules";
import { servesLaunches } from "../../../model/federation/federation";
import type { Stack } from "../../../model/stack/config";
import { markdownTable } from "./markdown";
import { publicStacks } from "../../ground/stackFile/publicStacks";

/** What a stack has to say for the alerts that no stack has yet. */
const MORE = {
  backup: { bucket: "backups", endpoint: "https://s3.example.org" },
  secretRecords: {
    kubeconfig: { set: "2026-01-01", ciphertext: "0".repeat(16), expires: "2027-01-01", credentials: [] },
  },
};

/** The page docs/runbooks/README.md: every alert with its runbook, and the stacks that have it. */
export function runbooksPage(): string {
  const stacks = publicStacks();
  const own = stacks.map((stack) => ({ stack, alerts: alertsOf(stack) }));
  const alerts = new Map(
    [...publicStacks(MORE).flatMap(alertsOf), ...own.flatMap((one) => one.alerts)].map((alert) => [
      alert.name,
      alert,
    ]),
  );
  const rows = [...alerts.values()].sort(bySeverity).map(({ name, severity, summary }) => {
    const having = own
      .filter((one) => one.alerts.some((alert) => alert.name === name))
      .map(({ stack }) => stack);
    return [`[${name}](${name}.md)`, severity, who(having, stacks), plain(summary)];
  });
  return `# Runbooks

Each alert links to its page here: what it means, what users see, where to look, how to fix it. Critical: users notice now.
Who is told, and how to silence an alert: [alerts.md](../alerts.md). \`npx mybinder docs\` writes this page again.

${markdownTable(["alert", "severity", "stacks", "what it says"], rows)}
`;
}

/** Stacks in words, if there are any: all of them, those that serve launches, or their names. */
function who(having: readonly Stack[], stacks: readonly Stack[]): string {
  const isSame = (others: readonly Stack[]): boolean =>
    others.length === having.length && others.every((stack) => having.includes(stack));
  if (having.length === 0) return "none yet";
  if (isSame(stacks)) return "all";
  if (isSame(stacks.filter(({ config }) => servesLaunches(config)))) return "with launches";
  return having.map(({ name }) => name).join(", ");
}

function bySeverity(a: Alert, b: Alert): number {
  return a.severity + a.name < b.severity + b.name ? -1 : 1;
}

/** A summary with `…` where Prometheus puts a label or a value. */
function plain(summary: string): string {
  return summary.replace(/\{\{[^}]*\}\}/g, "…");
}
