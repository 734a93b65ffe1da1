import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A robot account of a project. */
export interface Robot {
  /** Without Harbor's prefix: `builder` is `robot$<project>+builder`. */
  readonly name: string;
  /** `push` pulls as well. */
  readonly access: "push" | "pull";
  /** File with its password: 8 to 128 characters, with both cases and a digit. */
  readonly secret: string;
}

/** A project of Harbor, private, and what is in it. */
export interface Project {
  readonly name: string;
  /** Storage limit, in GiB. */
  readonly quotaGiB: number;
  /** Days after its last push and its last pull in which an image is removed. */
  readonly keepDays: number;
  readonly robots: readonly Robot[];
}

/** Another Harbor that gets every image of a project as soon as it is pushed here. */
export interface Mirror {
  /** Stack of the other Harbor. */
  readonly name: string;
  readonly url: string;
  /** Project of the same name here and there. */
  readonly project: string;
  /** Robot account there, prefix included. */
  readonly username: string;
  /** File with its password. */
  readonly secret: string;
}

/** What Harbor has to be like; the chart writes it. Schedules are Harbor's crons: six fields, seconds first, UTC. */
export interface Config {
  readonly url: string;
  readonly waitSeconds: number;
  readonly retentionSchedule: string;
  readonly garbageCollectionSchedule: string;
  readonly projects: readonly Project[];
  readonly mirrors: readonly Mirror[];
}

/** File with the password of Harbor's administrator. */
export const ADMIN = "admin";

/** Gives a secret by its file's name. Throws when there is no such file. */
export type Secrets = (name: string) => string;

/** The secrets of a mounted folder. */
export function secretsIn(folder: string): Secrets {
  return (name) => readFileSync(join(folder, name), "utf8");
}
