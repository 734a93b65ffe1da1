/** What of Docker's list of images is read. */
export interface ImageSummary {
  readonly Id: string;
  /** Seconds since 1970. Of an image that came from the cache: when its layers were first built. */
  readonly Created: number;
}

/** Of the description of one image. */
export interface ImageDetails {
  readonly Id: string;
  /** `name:tag`. */
  readonly RepoTags?: readonly string[] | null;
  /** `name@sha256:…`, known once the image was pushed or pulled. */
  readonly RepoDigests?: readonly string[] | null;
  readonly Metadata?: { readonly LastTagTime?: string };
}

/** Images that no container uses and that were made before `cutoff` (milliseconds since 1970). */
export function candidates(
  images: readonly ImageSummary[],
  used: ReadonlySet<string>,
  cutoff: number,
): ImageSummary[] {
  return images.filter(({ Id, Created }) => !used.has(Id) && Created * 1000 < cutoff);
}

/**
 * Whether an image was named since `cutoff`. A build whose steps are all in the cache gives an image as old as they are; it
 * is named when the build ends, and pushed from then on. Docker's own clean-up asks for the age alone and would take it
 * away before the push.
 */
export function namedSince({ Metadata }: ImageDetails, cutoff: number): boolean {
  return Date.parse(Metadata?.LastTagTime ?? "") >= cutoff;
}

/** The names by which an image is deleted, all of them; an image without a name is deleted by its id. */
export function namesOf({ Id, RepoTags, RepoDigests }: ImageDetails): string[] {
  const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((name) => !name.startsWith("<none>"));
  return names.length > 0 ? names : [Id];
}
