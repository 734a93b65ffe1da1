import { amtool } from "./amtool";
import { blackbox } from "./blackbox";
import type { Consumer } from "./consumer";
import { haproxy } from "./haproxy";
import { promtool } from "./promtool";

/** The programs that every rehearsal lets read what was rendered for them. */
export const CONSUMERS: readonly Consumer[] = [haproxy, promtool, amtool, blackbox];
