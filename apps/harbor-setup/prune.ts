import type { Run } from "./run";

interface Repository {
  /** With the project's name in front. */
  readonly name: string;
  readonly artifact_count: number;
  readonly update_time?: string;
}

/** A repository without images may be one whose first image is being pushed. */
const REST_HOURS = 24;

/** Removes the repositories that retention has emptied: Harbor keeps them, and its lists grow with them. */
export async function prune(run: Run, now = new Date()): Promise<void> {
  const before = now.getTime() - REST_HOURS * 3_600_000;
  for (const { name: project } of run.config.projects) {
    const path = `/projects/${project}/repositories`;
    const found = await run.persistently(() => run.harbor.list<Repository>(path, { sort: "update_time" }));
    const empty = found.filter(
      ({ artifact_count: images, update_time: time }) =>
        images === 0 && time !== undefined && Date.parse(time) < before,
    );
    for (const { name } of empty) {
      // Harbor wants a slash in the name encoded twice
      const inProject = encodeURIComponent(encodeURIComponent(name.slice(project.length + 1)));
      await run.persistently(() => run.harbor.request("DELETE", `${path}/${inProject}`));
      run.changed(`repository ${name} removed: it was empty`);
    }
  }
}
