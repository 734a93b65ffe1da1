import { CautiousClock } from "../clock";
import { type Docker, DockerError } from "./docker";
import { candidates, type ImageDetails, type ImageSummary, namedSince, namesOf } from "./images";

/** `pruner.json`. */
export interface PrunerConfig {
  /** Seconds between two rounds. */
  readonly periodSeconds: number;
  /** How long a stopped container and an image that nothing uses are kept. */
  readonly keepMinutes: number;
  /** What the build cache may keep, in bytes. */
  readonly cacheBytes: number;
}

/** What is removed, in the order of a round: an image holds layers of the cache, a container an image. */
export const KINDS = ["containers", "images", "build_cache"] as const;
export type Kind = (typeof KINDS)[number];

/** What was done since the start. */
export interface Freed {
  bytes: number;
  removed: number;
}

/** How long each step of a round may take; what it did not get to, the next round does. */
export const STEP_MS = 300_000;

/** Keeps what builds leave behind within bounds: one round after the other. */
export class Pruner {
  readonly freed: Readonly<Record<Kind, Freed>> = {
    containers: { bytes: 0, removed: 0 },
    images: { bytes: 0, removed: 0 },
    build_cache: { bytes: 0, removed: 0 },
  };
  /** Bytes that only the build cache holds, as of the last round. */
  cacheBytes: number | undefined;
  /** Whether Docker has answered anything yet. */
  answered = false;

  constructor(
    private readonly config: PrunerConfig,
    private readonly docker: Pick<Docker, "call">,
    private readonly log: (line: string) => void,
    private readonly stepMs = STEP_MS,
    private readonly clock = new CautiousClock(config.keepMinutes * 60_000),
  ) {}

  /**
   * Removes stopped containers, then images that nothing uses, then of the build cache what is above its bound, the least
   * recently used first; Docker keeps what a running build uses. A step that fails does not keep the next from its work.
   * Rejects at the end with what failed, after three times `stepMs` at most.
   */
  async round(): Promise<void> {
    const failures: string[] = [];
    for (const kind of KINDS) {
      try {
        const before = { ...this.freed[kind] };
        await this.step(kind, AbortSignal.timeout(this.stepMs));
        this.say(kind, before);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (failures.length > 0) throw new Error(failures.join("; "));
  }

  /** Milliseconds since 1970: what was made before is no longer kept. */
  private cutoff(): number {
    return Math.max(0, this.clock.now() - this.config.keepMinutes * 60_000);
  }

  private step(kind: Kind, limit: AbortSignal): Promise<void> {
    switch (kind) {
      case "containers":
        return this.pruneContainers(limit);
      case "images":
        return this.pruneImages(limit);
      case "build_cache":
        return this.pruneCache(limit);
    }
  }

  private async pruneContainers(limit: AbortSignal): Promise<void> {
    const filters = JSON.stringify({ until: [String(Math.floor(this.cutoff() / 1000))] });
    const { ContainersDeleted, SpaceReclaimed } = await this.ask<{
      ContainersDeleted?: readonly string[] | null;
      SpaceReclaimed?: number;
    }>("POST", `/containers/prune?filters=${encodeURIComponent(filters)}`, limit);
    this.count("containers", ContainersDeleted?.length ?? 0, SpaceReclaimed ?? 0);
  }

  private async pruneImages(limit: AbortSignal): Promise<void> {
    const cutoff = this.cutoff();
    const containers = await this.ask<readonly { ImageID: string }[]>("GET", "/containers/json?all=1", limit);
    const used = new Set(containers.map(({ ImageID }) => ImageID));
    const old = candidates(
      await this.ask<readonly ImageSummary[]>("GET", "/images/json", limit),
      used,
      cutoff,
    );
    if (old.length === 0) return;
    const before = await this.usage(limit);
    let removed = 0;
    try {
      for (const image of old) if (await this.removeImage(image, cutoff, limit)) removed += 1;
    } finally {
      // layers that the cache holds as well stay; a build that adds some meanwhile makes it less than it was
      const after = removed === 0 ? before : await this.usage(AbortSignal.timeout(this.stepMs));
      this.count("images", removed, Math.max(0, before.images + before.cache - after.images - after.cache));
    }
  }

  /** Whether the image is gone. It is not where a build has named it meanwhile, or a container uses it after all. */
  private async removeImage({ Id }: ImageSummary, cutoff: number, limit: AbortSignal): Promise<boolean> {
    try {
      // asked now: since the list was made, a build may have given its name to another image
      const details = await this.ask<ImageDetails>("GET", `/images/${Id}/json`, limit);
      if (namedSince(details, cutoff)) return false;
      for (const name of namesOf(details)) await this.removeName(name, limit);
      return true;
    } catch (error) {
      if (isStatus(error, 404) || isStatus(error, 409)) return false;
      throw error;
    }
  }

  /** The last tag of a repository takes its digests along, so that a name may be gone already. */
  private async removeName(name: string, limit: AbortSignal): Promise<void> {
    try {
      await this.ask("DELETE", `/images/${encodeURI(name)}`, limit);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  private async pruneCache(limit: AbortSignal): Promise<void> {
    const path = `/build/prune?all=1&keep-storage=${String(this.config.cacheBytes)}`;
    const { CachesDeleted, SpaceReclaimed } = await this.ask<{
      CachesDeleted?: readonly string[] | null;
      SpaceReclaimed?: number;
    }>("POST", path, limit);
    this.count("build_cache", CachesDeleted?.length ?? 0, SpaceReclaimed ?? 0);
    this.cacheBytes = (await this.usage(limit)).cache;
  }

  /** Bytes of the layers of all images, and of those that only the build cache holds. */
  private async usage(limit: AbortSignal): Promise<{ readonly images: number; readonly cache: number }> {
    const { LayersSize, BuildCache } = await this.ask<{
      LayersSize?: number;
      BuildCache?: readonly { readonly Size: number; readonly Shared: boolean }[] | null;
    }>("GET", "/system/df?type=image&type=build-cache", limit);
    const own = (BuildCache ?? []).filter(({ Shared }) => !Shared);
    return { images: LayersSize ?? 0, cache: own.reduce((total, { Size }) => total + Size, 0) };
  }

  private async ask<T>(method: "GET" | "POST" | "DELETE", path: string, limit: AbortSignal): Promise<T> {
    const answer = (await this.docker.call(method, path, limit)) as T;
    this.answered = true;
    return answer;
  }

  private count(kind: Kind, removed: number, bytes: number): void {
    this.freed[kind].removed += removed;
    this.freed[kind].bytes += bytes;
  }

  private say(kind: Kind, before: Freed): void {
    const removed = this.freed[kind].removed - before.removed;
    if (removed === 0) return;
    const megabytes = Math.round((this.freed[kind].bytes - before.bytes) / 1e6);
    this.log(`${kind}: removed ${String(removed)}, ${String(megabytes)} MB`);
  }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof DockerError && error.status === status;
}
