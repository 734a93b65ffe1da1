import { z } from "zod";
import { DEPLOY_TAG } from "../../../model/dashboards/deployTag";
import type { Report } from "../../ground/terminal/report";
import { sendJson } from "./http";

/** Grafana, where a deploy is to be seen on every dashboard. */
export interface Grafana {
  readonly url: string;
  /** Of a service account that may write annotations, and nothing else. */
  readonly token: string | undefined;
}

const created = z.looseObject({ id: z.number() });

/**
 * Does `work` between an annotation's start and its end, which says how it went. Grafana never stops a deploy: what goes wrong with
 * it is reported.
 */
export async function annotated<T>(
  { url, token }: Grafana,
  { stack, commit, now }: { readonly stack: string; readonly commit: string; readonly now: () => Date },
  report: Report,
  work: () => Promise<T>,
): Promise<T> {
  const quietly = async (action: () => Promise<void>): Promise<void> => {
    await action().catch((error: unknown) => {
      report(`no annotation in Grafana: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  if (token === undefined) {
    report("no annotation in Grafana: GRAFANA_TOKEN is not set");
    return work();
  }
  const headers = { authorization: `Bearer ${token}` };
  const text = `deploy of ${stack}, commit ${commit.slice(0, 12)}`;
  const time = now().getTime();
  let id: number | undefined;
  await quietly(async () => {
    const body = { time, tags: [DEPLOY_TAG, stack], text: `${text}: started` };
    id = created.parse(await sendJson({ method: "POST", url: `${url}/api/annotations`, headers, body })).id;
  });
  const end = (outcome: string): Promise<void> =>
    quietly(async () => {
      if (id === undefined) return;
      const body = { timeEnd: now().getTime(), text: `${text}: ${outcome}` };
      await sendJson({ method: "PATCH", url: `${url}/api/annotations/${String(id)}`, headers, body });
    });
  try {
    const result = await work();
    await end("done");
    return result;
  } catch (error) {
    await end("FAILED");
    throw error;
  }
}
