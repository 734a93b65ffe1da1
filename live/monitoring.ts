import type { PublicHost } from "../tools/operate/hosts/publicHosts";
import { answerOf, objectIn } from "./answer";
import type { LiveCheck } from "./check";

/**
 * Checks of a stack's Grafana and Prometheus, as a visitor who is not logged in: whether each data source of the stack file
 * answers, and whether alerts are made, handed on and sent.
 */
export function monitoringChecks(
  hosts: readonly Pick<PublicHost, "host" | "service" | "url">[],
  dataSources: readonly string[],
  timeoutMs: number,
): LiveCheck[] {
  return hosts.flatMap(({ host, service, url }): LiveCheck[] => {
    if (service === "grafana") {
      const run = (): Promise<string> => dataSourcesAnswer(url, dataSources, timeoutMs);
      return [{ check: "data sources", at: host, run }];
    }
    if (service !== "prometheus") return [];
    return [{ check: "alert chain", at: host, run: () => alertsAreSent(url, timeoutMs) }];
  });
}

/** Grafana's own page asks this for its data sources: a viewer may not list them, but may query each. */
const SETTINGS = "/api/frontend/settings";

async function dataSourcesAnswer(url: string, wanted: readonly string[], timeoutMs: number): Promise<string> {
  const known = await answerOf(url + SETTINGS, timeoutMs, (reply) => {
    const { datasources } = objectIn(reply);
    const found: Readonly<Record<string, unknown>> =
      typeof datasources === "object" && datasources !== null ? { ...datasources } : {};
    const missing = wanted.filter((name) => !(name in found));
    if (missing.length === 0) return found;
    throw new Error(
      `no data source ${missing.join(", ")}; expected: those of the stack file, ${wanted.join(", ")}`,
    );
  });
  const counts: string[] = [];
  for (const name of wanted) {
    const uid = (known[name] as { uid?: unknown } | null)?.uid;
    const base = `${url}/api/datasources/proxy/uid/${encodeURIComponent(String(uid))}`;
    const [count] = await query(base, "count(up)", timeoutMs);
    if (count === undefined) throw new Error(`${base}: it has no series up; expected: one of each target`);
    counts.push(`${name} ${String(count)} targets`);
  }
  return counts.join(", ");
}

/** A link of the chain from a rule to a message: what is asked, and what is wrong with the values that it gives. */
const LINKS: readonly [promql: string, problem: (values: readonly number[]) => string | undefined][] = [
  [
    'ALERTS{alertname="Watchdog",alertstate="firing"}',
    ({ length }) =>
      length > 0 ? undefined : "Watchdog does not fire; expected: always, while rules are evaluated",
  ],
  [
    "max(prometheus_notifications_alertmanagers_discovered)",
    ([found = 0]) => (found >= 1 ? undefined : "Prometheus knows no Alertmanager; expected: at least one"),
  ],
  [
    "sum(increase(prometheus_notifications_dropped_total[1h]))",
    ([lost = 0]) =>
      lost === 0 ? undefined : `${lost.toFixed(0)} alerts were dropped in an hour; expected: none`,
  ],
  [
    "sum(increase(alertmanager_notifications_failed_total[1h]))",
    ([failed = NaN]) => {
      if (failed === 0) return undefined;
      if (Number.isNaN(failed)) return "Alertmanager is not scraped; expected: its metrics";
      return `Alertmanager failed to send ${failed.toFixed(0)} times in an hour; expected: 0`;
    },
  ],
];

async function alertsAreSent(url: string, timeoutMs: number): Promise<string> {
  for (const [promql, problem] of LINKS) {
    const wrong = problem(await query(url, promql, timeoutMs));
    if (wrong !== undefined) throw new Error(`${url}: ${wrong} (${promql})`);
  }
  return "rules are evaluated, Alertmanager gets their alerts, and no message failed in an hour";
}

/** The values of an instant query. Rejects when it does not answer as Prometheus does. */
function query(base: string, promql: string, timeoutMs: number): Promise<number[]> {
  return answerOf(`${base}/api/v1/query?query=${encodeURIComponent(promql)}`, timeoutMs, (reply) => {
    const { data } = objectIn(reply) as { data?: { result?: { value?: [number, string] }[] } };
    const result = data?.result;
    if (!Array.isArray(result)) throw new Error("no result; expected: an answer of Prometheus");
    return result.map(({ value }) => Number(value?.[1]));
  });
}
