import type { Topic } from "../alert";
import { abuse } from "./abuse";
import { archive } from "./archive";
import { backups } from "./backups";
import { bans } from "./bans";
import { builds } from "./builds";
import { certificates } from "./certificates";
import { costs } from "./costs";
import { deploys } from "./deploys";
import { ends } from "./ends";
import { federation } from "./federation";
import { ingress } from "./ingress";
import { launches } from "./launches";
import { logs } from "./logs";
import { monitoring } from "./monitoring";
import { nodes } from "./nodes";
import { pods } from "./pods";
import { probes } from "./probes";
import { registry } from "./registry";
import { syntheticLaunches } from "./syntheticLaunches";

/** Everything that is watched. */
export const TOPICS: readonly Topic[] = [
  ...[federation, probes, syntheticLaunches, launches, builds, pods, nodes, registry, ingress],
  ...[certificates, ends, deploys, backups, archive, costs, abuse, bans, logs, monitoring],
];
