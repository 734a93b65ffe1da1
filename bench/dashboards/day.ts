/** When the day that is drawn begins: a made-up Monday, after three days that its queries look back on. Seconds since 1970. */
export const DAY = Date.UTC(2026, 9, 5) / 1000;
const BEFORE_MINUTES = 3 * 1440;
const MINUTES = BEFORE_MINUTES + 1440;

/** A series of a made-up day: its value at each minute from the start of the day, of which those before are negative. */
interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: (minute: number) => number;
}

/** Members of prod, with the part of the launches that each gets; the last one is out of order from 13:00 to 14:30. */
const MEMBERS: readonly (readonly [string, number])[] = [
  ["hetzner-2i2c", 0.4],
  ["hetzner-gesis", 0.32],
  ["bids-ovh", 0.28],
];
const OUT = { from: 780, until: 870 };

const isOut = (member: string, minute: number): boolean =>
  member === "bids-ovh" && minute >= OUT.from && minute < OUT.until;
/** Whether the member fails, and the proxy has not left it out yet. */
const isFailing = (member: string, minute: number): boolean =>
  isOut(member, minute + 8) && !isOut(member, minute);
/** Launches a minute of the whole federation: most in the afternoon. */
const demand = (minute: number): number =>
  9 + 5 * Math.sin(((minute - 540) / 1440) * 2 * Math.PI) + wave(minute, 37);
/** What looks random, and is the same at each run. */
const wave = (minute: number, period: number): number =>
  Math.sin((minute / period) * 2 * Math.PI) + 0.5 * Math.sin((minute / (period * 0.37)) * 2 * Math.PI);

function sent(member: string, part: number, minute: number): number {
  if (isOut(member, minute)) return 0;
  return demand(minute) * (isOut("bids-ovh", minute) ? part / 0.72 : part);
}

/** A counter that grows each minute by `rate`. */
function counter(name: string, labels: Series["labels"], rate: (minute: number) => number): Series {
  let sum = 0;
  return { name, labels, at: (minute) => (sum += Math.max(0, rate(minute))) };
}

function ofMember(member: string, part: number): Series[] {
  const launches = (status: string, of: (minute: number) => number): Series =>
    counter(
      "binderhub_launch_time_seconds_count",
      { member, status, retries: status === "success" ? "0" : "-1" },
      (minute) => sent(member, part, minute) * of(minute),
    );
  const failed = (minute: number): number =>
    isFailing(member, minute) ? 0.9 : 0.015 + 0.005 * wave(minute, 53);
  return [
    launches("success", (minute) => 1 - failed(minute)),
    launches("failure", failed),
    counter(
      "federation_redirects_total",
      { member, reason: "weight" },
      (minute) => 0.7 * sent(member, part, minute),
    ),
    counter(
      "federation_redirects_total",
      { member, reason: "repository" },
      (minute) => 0.3 * sent(member, part, minute),
    ),
  ];
}

/** Answers of the ingress, of which a member that is out of order gives errors until it is left out. */
const answers: readonly Series[] = ["200", "302", "404", "502"].map((code) =>
  counter(
    "traefik_entrypoint_requests_total",
    { code, entrypoint: "websecure", method: "GET", protocol: "http" },
    (minute) => {
      const requests = 60 * demand(minute);
      if (code === "502") return isFailing("bids-ovh", minute) ? 0.12 * requests : 0.001 * requests;
      return requests * ({ 200: 0.72, 302: 0.2, 404: 0.08 }[code] ?? 0);
    },
  ),
);

const GIB = 2 ** 30;

/** A member's machine and registry: memory follows its sessions, and images grow until the retention of the night. */
const machine: readonly Series[] = [
  { name: "node_memory_MemTotal_bytes", labels: { node: "bids-ovh" }, at: () => 128 * GIB },
  {
    name: "node_memory_MemAvailable_bytes",
    labels: { node: "bids-ovh" },
    at: (minute) => (isOut("bids-ovh", minute) ? 117 : 117 - 5.5 * demand(minute)) * GIB,
  },
  ...["mybinder-builds", "docker-hub-cache"].flatMap((project, index): Series[] => {
    const limit = (index === 0 ? 900 : 300) * GIB;
    const used = (minute: number): number => 0.6 + 0.2 * (((minute + 1260) % 1440) / 1440) - 0.3 * index;
    return [
      { name: "harbor_project_quota_byte", labels: { project_name: project }, at: () => limit },
      {
        name: "harbor_project_quota_usage_byte",
        labels: { project_name: project },
        at: (minute) => used(minute) * limit,
      },
    ];
  }),
  {
    name: "certmanager_certificate_expiration_timestamp_seconds",
    labels: { name: "bids-mybinder-org-tls", namespace: "bids-ovh" },
    at: (minute) => DAY + (minute < 480 ? 30.3 : 90.3) * 86_400,
  },
  {
    name: "certmanager_certificate_expiration_timestamp_seconds",
    labels: { name: "hub-bids-mybinder-org-tls", namespace: "bids-ovh" },
    at: () => DAY + 62 * 86_400,
  },
  ...["xmrig", "environment"].map((source, index) =>
    counter("cryptnono_execwhacker_processes_killed_total", { source }, (minute) =>
      minute > 1080 && minute < 1200 && minute % (7 + 4 * index) === 0 ? 3 : minute % 311 === 0 ? 1 : 0,
    ),
  ),
  counter("cryptnono_flowkiller_processes_killed_total", { reason: "connections" }, (minute) =>
    minute % 257 === 0 ? 1 : 0,
  ),
];

/** The four days as OpenMetrics text, a sample a minute. */
export function openMetrics(): string {
  const series = [...MEMBERS.flatMap(([member, part]) => ofMember(member, part)), ...answers, ...machine];
  const lines = series.flatMap(({ name, labels, at }) => {
    const pairs = Object.entries({ ...labels, instance: "made-up" }).map(
      ([key, value]) => `${key}="${value}"`,
    );
    return Array.from({ length: MINUTES + 1 }, (_, index) => {
      const minute = index - BEFORE_MINUTES;
      return `${name}{${pairs.join(",")}} ${String(at(minute))} ${String(DAY + minute * 60)}`;
    });
  });
  return `${lines.join("\n")}\n# EOF\n`;
}
