import type { Mirrors } from "../member/mirrors";
import {
  builder,
  guestSecret,
  mirrorFromSecret,
  mirrorRobot,
  mirrorToSecret,
  puller,
  robotAccount,
} from "../member/registry";
import type { Values } from "../schema/plain/mergeValues";
import type { HarborConfig } from "../schema/registry";

/** Values of Harbor's setup in the chart: projects, robot accounts and mirrors, with the names of their secret files. */
export function harborSetup(stack: string, harbor: HarborConfig, { to, from }: Mirrors): Values {
  const { project, quotaGiB, keepDays, guests } = harbor;
  const robots = [
    { name: builder(stack), access: "push", secret: "builder" },
    { name: puller(stack), access: "pull", secret: "puller" },
    ...from.map(({ stack }) => ({
      name: mirrorRobot(stack),
      access: "push",
      secret: mirrorFromSecret(stack),
    })),
  ];
  return {
    projects: [
      { name: project, quotaGiB, keepDays, robots },
      ...guests.map((guest) => ({
        name: guest.project,
        quotaGiB: guest.quotaGiB,
        keepDays: guest.keepDays,
        robots: [{ name: guest.project, access: "push", secret: guestSecret(guest.project) }],
      })),
    ],
    mirrors: to.map((mirror) => ({
      name: mirror.stack,
      url: mirror.url,
      project,
      username: robotAccount(project, mirrorRobot(stack)),
      secret: mirrorToSecret(mirror.stack),
    })),
  };
}
