import { join } from "node:path";
import { environment, type Environment } from "../../environment";
import { list, status } from "./controlPlane";
import { programOf } from "./controlPlane/programs";
import { proxyProgramOf } from "./proxy/processes";
import { goProblem } from "./kube/goFailure";
import { findProcesses } from "../ground/terminal/processes";
import { ensureToolchain, unbuilt } from "./kube/toolchain";
import { buildPlan } from "./kube/tools";
import type { Lab, LabState } from "../ground/cluster/lab";

/** The lab of this machine and this user, as the environment says where it is. */
export const localLab: Lab = {
  controlPlane: (stack) => status(stack, environment()),
  async kubectl(report) {
    return (await ensureToolchain({ environment: environment(), report })).kubectl;
  },
  async helm(report) {
    return (await ensureToolchain({ environment: environment(), report, only: ["helm"] })).helm;
  },
};

/** What there is of a lab, looked at when it is asked for. Builds and changes nothing. */
export function labState(of: Environment): LabState {
  const built = join(of.cache, "kube");
  const neededGo = (): string => buildPlan().pins.go;
  return {
    neededGo,
    goProblem: () => goProblem(neededGo()),
    unbuilt: () => unbuilt(of),
    controlPlanes: () => Promise.all(list(of).map((name) => status(name, of))),
    processes: () =>
      findProcesses(
        (argv) =>
          proxyProgramOf(argv) !== undefined ||
          argv.slice(0, 1).some((path) => programOf(path) !== undefined && path.startsWith(`${built}/`)),
      ),
  };
}
