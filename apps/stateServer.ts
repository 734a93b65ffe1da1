import { createServer, type RequestListener, type Server } from "node:http";

/** What a program of the cluster tells of itself. */
export interface State {
  /** Its metrics in Prometheus' text format. */
  readonly metrics: () => string;
  /** Whether it works: else Kubernetes starts it again. */
  readonly alive: () => boolean;
  /** Whether it can do what it is for; without it there is no /readyz. */
  readonly ready?: () => boolean;
}

/** Serves /metrics, /healthz and, where `ready` is given, /readyz at HOST:PORT. */
export function serveState(address: string, { metrics, alive, ready }: State): Server {
  return listenAt(address, ({ url }, answer) => {
    const well = (is: boolean): void => {
      answer.writeHead(is ? 200 : 503).end();
    };
    if (url === "/metrics") {
      answer.setHeader("content-type", "text/plain; version=0.0.4").end(metrics());
    } else if (url === "/healthz") well(alive());
    else if (url === "/readyz" && ready) well(ready());
    else answer.writeHead(404).end();
  });
}

/** Serves at HOST:PORT. */
export function listenAt(address: string, listener: RequestListener): Server {
  const colon = address.lastIndexOf(":");
  return createServer(listener).listen(Number(address.slice(colon + 1)), address.slice(0, colon));
}
