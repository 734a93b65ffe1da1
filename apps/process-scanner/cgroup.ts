const UID = /[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?(\/.*)?$/;

/** What the text of /proc/PID/cgroup tells of a process. */
export interface Group {
  /** UID of the pod in whose cgroup it is. The outermost, since what runs in a pod may make groups of its own below. */
  readonly podUid?: string;
  /** Whether it is in a container of a Docker daemon: one in a pod, if there is a pod above it. */
  readonly docker: boolean;
}

/**
 * Reads both versions of cgroups, as systemd and cgroupfs spell them: `kubepods-burstable-pod1_2.slice/cri-containerd-3.scope`
 * and `kubepods/burstable/pod1-2/3`. Source: pkg/kubelet/cm/cgroup_manager_linux.go.
 */
export function groupOf(text: string): Group {
  const paths = text.split("\n").map((line) => line.split(":").slice(2).join(":"));
  for (const path of paths) {
    const [, uid, below = ""] = UID.exec(path) ?? [];
    if (uid !== undefined) return { podUid: uid.replaceAll("_", "-"), docker: inDocker(below) };
  }
  return { docker: paths.some(inDocker) };
}

function inDocker(path: string): boolean {
  return path.includes("/docker/");
}
