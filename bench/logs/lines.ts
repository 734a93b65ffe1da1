/** A pod whose lines are collected. */
export interface LoggingPod {
  readonly name: string;
  readonly namespace: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A line as its program printed it, and when, in milliseconds since 1970. */
export interface Line {
  readonly at: number;
  readonly text: string;
}

const SYSTEM = ["traefik", "hub", "binder", "harbor-core"] as const;

/** A member's pods: a few that write much, and sessions that write little each. */
export function pods(sessions: number): LoggingPod[] {
  const system = SYSTEM.map((name, index) => ({
    name: `${name}-7d9c8b6f5-x${String(index)}z2p`,
    ...{ namespace: "bench", container: name, labels: { app: name }, annotations: {} },
  }));
  const users = Array.from({ length: sessions }, (_, index) => ({
    name: `jupyter-owner-2drepo-${String(index).padStart(4, "0")}-2d${hash(index)}`,
    ...{ namespace: "bench", container: "notebook", labels: { component: "singleuser-server" } },
    annotations: {
      "binder-repo": `https://github.com/owner-${String(index % 40)}/repo/tree/main`,
      "mybinder.org/client": `203.0.113.${String(index % 250)}`,
    },
  }));
  return [...system, ...users];
}

/** The lines of one pod, in order: `count` of them, over the two hours before `end`. What differs from line to line is drawn by a formula. */
export function linesOf(pod: LoggingPod, count: number, end: number): Line[] {
  const step = 7_200_000 / count;
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor(end - 7_200_000 + index * step);
    return { at, text: textOf(pod, index, new Date(at).toISOString()) };
  });
}

/** How many of `total` lines each pod has: three quarters are of the system. */
export function shares(all: readonly LoggingPod[], total: number): number[] {
  const users = all.length - SYSTEM.length;
  const each = Math.floor((total * 0.25) / users);
  const system = Math.floor((total - each * users) / SYSTEM.length);
  return all.map((_, index) => (index < SYSTEM.length ? system : each));
}

function textOf({ name, container }: LoggingPod, index: number, time: string): string {
  const draw = hash(index * 31 + name.length);
  const address = `198.51.${String(index % 200)}.${String((index * 7) % 250)}`;
  const milliseconds = String((index * 37) % 900);
  switch (container) {
    case "traefik":
      return `${address} - - [${time}] "GET /user/owner-repo-${draw}/api/kernels?${String(index)} HTTP/2.0" ${index % 97 === 0 ? "502" : "200"} ${String((index * 13) % 9000)} "-" "Mozilla/5.0 (X11; Linux x86_64)" ${String(index)} "bench-jupyterhub@kubernetes" "http://10.42.0.${String(index % 250)}:8888" ${milliseconds}ms`;
    case "hub":
      return `[I ${time} JupyterHub log:191] 200 GET /hub/api/users/owner-repo-${draw} (binder@10.42.0.${String(index % 250)}) ${milliseconds}ms`;
    case "binder":
      return JSON.stringify({
        level: index % 50 === 0 ? "warning" : "info",
        msg: `Launching pod for https://github.com/owner-${String(index % 400)}/repo: ${String(index % 90)} other pods running (${draw})`,
        logger: "launcher",
      });
    case "harbor-core":
      return `${time} [INFO] [/server/middleware/log/log.go:33][requestID="${draw}-${String(index)}" traceID=""]: pull mybinder/r2d-g5b5b759owner-2drepo-${draw}:${draw}`;
    default:
      return index % 3 === 0
        ? `[I ${time} ServerApp] 101 GET /user/owner-repo-${draw}/api/kernels/${draw}/channels (${address}) ${milliseconds}ms`
        : `Epoch ${String(index)}: loss ${(1 / (1 + index / 10)).toFixed(5)} accuracy ${((index % 1000) / 1000).toFixed(3)}`;
  }
}

function hash(value: number): string {
  return (Math.imul(value + 1, 2_654_435_761) >>> 0).toString(36);
}
