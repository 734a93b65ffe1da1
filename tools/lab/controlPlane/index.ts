export { type ControlPlane, type ControlPlaneOptions, down, up } from "./controlPlane";
export { type ControlPlaneStatus, list, type ProgramStatus, status } from "./status";
