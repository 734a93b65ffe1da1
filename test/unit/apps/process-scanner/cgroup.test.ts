import { groupOf } from "../../../../apps/process-scanner/cgroup";

const UID = "0e7f7a9c-1111-4222-8333-a44444444444";
const UNDERSCORES = UID.replaceAll("-", "_");

test.each([
  ["version 2, cgroupfs", `0::/kubepods/burstable/pod${UID}/0123abcd`],
  ["version 2, guaranteed", `0::/kubepods/pod${UID}/0123abcd`],
  [
    "version 2, systemd",
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UNDERSCORES}.slice/cri-containerd-0123.scope`,
  ],
  ["version 2, from within a namespace of cgroups", `0::/../../../burstable/pod${UID}/0123abcd`],
  ["version 2, below a kubelet's own root", `0::/system.slice/kubelet/kubepods/burstable/pod${UID}/0123abcd`],
  ["the pod itself", `0::/kubepods.slice/kubepods-pod${UNDERSCORES}.slice`],
  [
    "version 1, cgroupfs",
    `12:pids:/kubepods/burstable/pod${UID}/0123\n1:name=systemd:/kubepods/burstable/pod${UID}/0123`,
  ],
  [
    "version 1, systemd",
    `8:cpu,cpuacct:/kubepods.slice/kubepods-pod${UNDERSCORES}.slice/cri-containerd-0.scope\n0::/`,
  ],
  [
    "version 1 where some controllers have no groups",
    `9:name=systemd:/\n8:pids:/kubepods/besteffort/pod${UID}/0123`,
  ],
])("a pod's process: %s", (_, text) => {
  expect(groupOf(`${text}\n`)).toEqual({ podUid: UID, docker: false });
});

test.each([
  ["version 1", `12:pids:/kubepods/burstable/pod${UID}/0123/docker/4567`],
  ["of BuildKit", `0::/kubepods/burstable/pod${UID}/0123/docker/buildkit/4567`],
])("a container of the Docker in a pod: %s", (_, text) => {
  expect(groupOf(text)).toEqual({ podUid: UID, docker: true });
});

test("a group that looks like another pod's, below a pod, is that pod's", () => {
  const other = UID.replaceAll("4", "5");
  expect(groupOf(`0::/kubepods/burstable/pod${UID}/0/kubepods/pod${other}/1`).podUid).toBe(UID);
});

test.each([
  ["a service of the machine", "0::/system.slice/ssh.service", false],
  ["a static pod, which has no such UID", `0::/kubepods/burstable/pod${UID.replaceAll("-", "")}/0`, false],
  ["a container of some Docker", "0::/docker/0123", true],
  ["nothing", "", false],
])("%s is no pod's", (_, text, docker) => {
  expect(groupOf(text)).toEqual({ docker });
});
