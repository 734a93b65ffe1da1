import { pythonJson } from "./python";

/** A line of the export: the event as everybody may read it, or why it is none. */
export type Line = PublicEvent | Refused;

export interface PublicEvent {
  /** To the minute, as in the event: 2026-11-26T22:28:00+00:00. Text order is the order in time. */
  readonly timestamp: string;
  /** The BinderHub that it comes from, where the event says so. */
  readonly origin: string | undefined;
  /** The line of the archive, without its end. */
  readonly text: string;
}

export interface Refused {
  readonly refused: Refusal;
}

/** json: no event in it; timestamp: none that can be read; length: longer than a log entry can be. */
export const REFUSALS = ["json", "timestamp", "length"] as const;

export type Refusal = (typeof REFUSALS)[number];

/**
 * All that is published of an event: the envelope and the properties of BinderHub's launch events up to version 5. What a later
 * version adds stays private until somebody has looked at it.
 * Source: binderhub/event-schemas/launch.json of BinderHub.
 */
const PUBLIC = new Set([
  "timestamp",
  "schema",
  "version",
  "provider",
  "spec",
  "ref",
  "status",
  "build_token",
  "origin",
]);

type Plain = string | number | boolean | null;
type Json = Readonly<Record<string, unknown>>;

/** The public event in a line that Google Cloud Logging exported: one log entry as JSON. */
export function publicEvent(line: string): Line {
  const payload = object(parsed(line)?.["jsonPayload"]);
  if (!payload) return { refused: "json" };
  const event = flat(payload);
  if (!event) return { refused: "json" };
  const timestamp = minute(event["timestamp"]);
  if (timestamp === undefined) return { refused: "timestamp" };
  const shown: Record<string, Plain> = {};
  for (const [key, value] of Object.entries({ ...event, timestamp })) {
    if (PUBLIC.has(key) && isPlain(value)) {
      shown[key] = typeof value === "string" ? anonymous(value) : value;
    }
  }
  const { origin } = event;
  return {
    timestamp,
    origin: typeof origin === "string" ? origin : undefined,
    text: pythonJson(shown),
  };
}

/** Events of 2018 are in `message`, as JSON in a text, or in `event`. */
function flat(payload: Json): Json | undefined {
  let event: Record<string, unknown> = { ...payload };
  if ("message" in event) {
    const inner = typeof event["message"] === "string" ? parsed(event["message"]) : undefined;
    if (!inner) return undefined;
    event = { ...event, ...inner };
    delete event["message"];
  }
  if ("event" in event) {
    const inner = object(event["event"]);
    if (!inner) return undefined;
    event = { ...event, ...inner };
    delete event["event"];
  }
  return event;
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::[0-6]\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Seconds would tell who launched, to somebody who watched. */
function minute(timestamp: unknown): string | undefined {
  const [, day, hours, minutes, zone = ""] =
    (typeof timestamp === "string" ? TIME.exec(timestamp) : null) ?? [];
  if (day === undefined || hours === undefined || minutes === undefined) return undefined;
  const offset = zone === "Z" ? "+00:00" : zone.replace(/^(...):?(..)$/, "$1:$2");
  return `${day}T${hours}:${minutes}:00${offset}`;
}

/** Without the user and the password that a URL may hold: people launch repositories by https://user:token@host/…. */
function anonymous(text: string): string {
  return text.replace(/((?:%3A|:)(?:%2F|\/){2})(?:(?!%2F|\/).)*(?:%40|@)/gi, "$1");
}

function parsed(text: string): Json | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function isPlain(value: unknown): value is Plain {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isSafeInteger(value);
}
