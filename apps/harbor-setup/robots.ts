import { robotAccount } from "../../model/member/registry";
import type { Project, Robot } from "./config";
import { has, MARK, type Run } from "./run";

interface FoundRobot {
  readonly id: number;
  readonly name: string;
  readonly description?: string;
  readonly disable?: boolean;
  readonly duration?: number;
  readonly level?: string;
  readonly permissions?: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly access: readonly { readonly resource: string; readonly action: string }[];
  }[];
}

/** Makes the robot accounts of a project what they have to be, and removes those of ours that are not wanted any more. */
export async function ensureRobots(run: Run, project: Project, projectId: number): Promise<void> {
  const query = { q: `Level=project,ProjectID=${String(projectId)}` };
  const found = await run.harbor.list<FoundRobot>("/robots", query);
  for (const robot of project.robots) await ensureRobot(run, project.name, robot, found);
  const wanted = new Set(project.robots.map(({ name }) => robotAccount(project.name, name)));
  for (const { id, name, description } of found) {
    if (wanted.has(name) || description?.startsWith(MARK) !== true) continue;
    await run.harbor.request("DELETE", `/robots/${String(id)}`);
    run.changed(`${name} removed`);
  }
}

async function ensureRobot(
  run: Run,
  project: string,
  robot: Robot,
  robots: readonly FoundRobot[],
): Promise<void> {
  const name = robotAccount(project, robot.name);
  const actions = robot.access === "push" ? ["pull", "push"] : ["pull"];
  const body = {
    description: `${MARK}may ${robot.access} images`,
    level: "project",
    disable: false,
    duration: -1,
    permissions: [
      {
        kind: "project",
        namespace: project,
        access: actions.map((action) => ({ resource: "repository", action })),
      },
    ],
  };
  const found = robots.find((one) => one.name === name);
  if (found && !has(sorted(found), body)) {
    const { id } = found;
    await run.harbor.request("PUT", `/robots/${String(id)}`, { body: { ...body, id, name } });
    run.changed(`${name} changed`);
  }
  let id = found?.id;
  if (id === undefined) {
    const created = { ...body, name: robot.name };
    id = (await run.harbor.request<{ id: number }>("POST", "/robots", { body: created })).body.id;
    run.changed(`${name} created`);
  }
  const secret = run.secrets(robot.secret);
  if (found && (await run.harbor.knows(name, secret))) return;
  // Harbor draws a password for a new robot, whatever it is told
  await run.harbor.request("PATCH", `/robots/${String(id)}`, { body: { secret } });
  run.changed(`${name} got its password`);
}

/** Harbor keeps no order among what a robot may do. */
function sorted(robot: FoundRobot): FoundRobot {
  const permissions = robot.permissions?.map((permission) => ({
    ...permission,
    access: [...permission.access].sort((a, b) => (a.action < b.action ? -1 : 1)),
  }));
  return { ...robot, ...(permissions && { permissions }) };
}
