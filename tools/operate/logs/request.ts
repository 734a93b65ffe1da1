import { literally } from "../../../model/schema/plain/literally";
import { LOG_FIELDS as FIELDS } from "../../../model/values/logs";

/** The container of a session: the one whose pods have a client. */
export const SESSION_CONTAINER = "notebook";

/** What of the logs is asked for. */
export interface LogSearch {
  /** LogsQL, pipes included; default: everything. */
  readonly query?: string | undefined;
  readonly namespace?: string | undefined;
  /** What the pod's name begins with. */
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  /** Part of the URL of the launched or built repository, in whatever case. */
  readonly repository?: string | undefined;
  /** Address of who launched. */
  readonly client?: string | undefined;
  /** From when on. */
  readonly since: Date;
  /** Most lines, the newest ones. */
  readonly limit: number;
}

/** The query behind `--stats`: who wrote most, and how much. */
export const STATS =
  `* | stats by (${Object.values(FIELDS)
    .map((field) => JSON.stringify(field))
    .join(", ")})` + " count() lines, sum_len(_msg) bytes | sort by (bytes desc) | limit 20";

/**
 * The path and parameters that ask the store. What the options name goes into filters of their own, so that no query can widen them:
 * `error or warning` stays within the pod. Source: https://docs.victoriametrics.com/victorialogs/querying/
 */
export function searchPath(search: LogSearch): string {
  const { query = "*", since, limit } = search;
  const parameters = new URLSearchParams([
    ["query", query],
    ["start", since.toISOString()],
    ["limit", String(limit)],
    ...filtersOf(search).map((filter): [string, string] => ["extra_stream_filters", filter]),
  ]);
  return `/select/logsql/query?${parameters.toString()}`;
}

/** The path and parameters that let the store send each new line. */
export function followPath(search: LogSearch): string {
  const parameters = new URLSearchParams([
    ["query", search.query ?? "*"],
    ...filtersOf(search).map((filter): [string, string] => ["extra_stream_filters", filter]),
  ]);
  return `/select/logsql/tail?${parameters.toString()}`;
}

function filtersOf({ namespace, pod, container, repository, client }: LogSearch): string[] {
  const filters = [
    ...(namespace === undefined ? [] : [is(FIELDS.namespace, namespace)]),
    ...(pod === undefined ? [] : [matches(FIELDS.pod, `${literally(pod)}.*`)]),
    ...(container === undefined ? [] : [is(FIELDS.container, container)]),
    ...(repository === undefined ? [] : [matches(FIELDS.repository, `(?i).*${literally(repository)}.*`)]),
    // a build has no client, so that a line of JSON could bring one
    ...(client === undefined ? [] : [is(FIELDS.client, client), is(FIELDS.container, SESSION_CONTAINER)]),
  ];
  // what begins with a brace and a quote, the store reads as JSON
  return filters.length === 0 ? [] : [`_stream:{${filters.join(",")}}`];
}

function is(field: string, value: string): string {
  return `${JSON.stringify(field)}=${JSON.stringify(value)}`;
}

function matches(field: string, pattern: string): string {
  return `${JSON.stringify(field)}=~${JSON.stringify(pattern)}`;
}
