import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  type Step,
  KUBECONFIG_STEP,
  machineSteps,
  restoreStep,
  RUN_STEP,
  stepInput,
  withSecrets,
} from "../../model/cluster/k3s/steps";
import { parseConfig } from "../../model/stack/config";
import { listSnapshots, restoreSnapshot } from "../../tools/operate/machine/snapshots";
import { runStep } from "../../tools/operate/machine/ssh";
import type { Target } from "../../tools/operate/machine/target";
import type { Outcome } from "../../tools/ground/terminal/run";
import { ROOT } from "../../tools/ground/root";
import { DISK_BYTES, startMachine, type TestMachine } from "../support/machine";
import { requireReal } from "../support/real";

/*
 * Every step over a real sshd, on a copy-on-write root of this machine, with real commands; what is not real, its
 * test/support/machine/start.sh lists: systemd, the network, and the K3s binary. So it proves what the scripts do to files,
 * disks and mounts and in which order they call K3s; not that K3s takes them, and not Pulumi's own SSH client.
 */

const NEEDED = [
  ["sshd", "openssh-server"],
  ["ssh", "openssh-client"],
  ["mkfs.xfs", "xfsprogs"],
  ["sfdisk", "fdisk"],
  ["fuser", "psmisc"],
] as const;
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write("skipped: the K3s machine in a namespace needs root\n");
const real = NEEDED.map(([tool, packaged]) => requireReal(tool, packaged)).every(Boolean) && isRoot;

const VERSION = "v1.34.4+k3s1";

(real ? describe : describe.skip)("the machine of a K3s stack", () => {
  let vm: TestMachine;
  let disk = "";

  const steps = (change: Record<string, unknown> = {}, machine: Record<string, unknown> = {}): Step[] => {
    const { cluster } = parseConfig("probe", {
      role: "member",
      domain: "probe.mybinder.org",
      cluster: {
        kind: "k3s",
        machine: {
          cpus: 8,
          memoryGiB: 24,
          diskGiB: 200,
          dataDisk: disk,
          dataDiskGiB: DISK_BYTES / 2 ** 30,
          ...machine,
        },
        ...change,
      },
      registry: { kind: "none" },
    });
    if (cluster.kind !== "k3s") throw new Error("not K3s");
    return machineSteps(cluster, "probe.mybinder.org");
  };
  const named = (name: string, of: readonly Step[] = steps()): Step => {
    const found = of.find((step) => step.name === name);
    if (!found) throw new Error(`no step ${name}`);
    return found;
  };
  const run = (step: Step, check = false): Promise<Outcome> => runStep(vm.machine, step, { check });
  const all = async (of = steps(), check = false): Promise<Record<string, string>> => {
    const said: Record<string, string> = {};
    for (const step of of) {
      const { code, stdout, stderr } = await run(step, check);
      if (code !== 0) throw new Error(`${step.name}: ${stdout}${stderr}`);
      said[step.name] = stdout.trim();
    }
    return said;
  };
  const publish = (version: string, arch = "amd64"): void => {
    vm.shell(`mkdir -p '/srv/releases/${version}' && cd '/srv/releases/${version}' &&
      sed 's/^version=VERSION$/version=${version}/' /opt/stubs/k3s-binary > k3s && cp k3s k3s-arm64 &&
      sha256sum k3s k3s-arm64 > sha256sum-${arch}.txt && cp sha256sum-${arch}.txt sha256sum-arm64.txt`);
  };
  const says = async (command: string, text: RegExp): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      if (text.test(vm.shell(`${command} || true`))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${command} never said ${String(text)}`);
  };
  const halfDownloaded = (): Promise<void> => says("cat /var/lib/mybinder/* 2>/dev/null", /half/);
  const NO_CHANGE = Object.fromEntries(
    ["time", "sysctl", "disk", "kubelet", "server", "secrets", "install", "labels"].map((name) => [
      name,
      "no change",
    ]),
  );

  beforeAll(async () => {
    vm = await startMachine();
    disk = vm.disk();
    for (const version of [VERSION, "v1.34.5+k3s1", "v1.35.1+k3s1", "v1.36.0+k3s1", "v1.33.9+k3s1"]) {
      publish(version);
    }
  });
  afterAll(() => {
    vm.stop();
  });

  test("a check of a new machine names what is missing and changes nothing", async () => {
    const said = await all(
      steps().filter(({ name }) => name !== "labels"),
      true,
    );
    expect(said["sysctl"]).toContain("differs: /etc/sysctl.d/90-mybinder.conf");
    expect(said["disk"]).toContain("differs: partition table");
    expect(said["install"]).toContain(`differs: K3s none to ${VERSION}`);
    expect(
      vm.shell(`ls /etc/rancher /var/lib/mybinder 2>&1 | grep -c 'No such file'; wipefs ${disk}`).trim(),
    ).toBe("2");
  });

  test("the first run makes it, the second changes nothing", async () => {
    const said = await all();
    expect(said["sysctl"]).toContain("changed: fs.inotify.max_user_instances is 128, wanted 8192");
    expect(said["install"]).toContain(`changed: K3s none to ${VERSION}`);
    expect(await all()).toEqual(NO_CHANGE);
    expect(await all(steps(), true)).toMatchObject({
      sysctl: "no change",
      disk: "no change",
      kubelet: "no change",
    });
  });

  test("it has become what was asked for", () => {
    expect(
      vm.shell("cat /proc/sys/fs/inotify/max_user_instances /proc/sys/fs/inotify/max_user_watches"),
    ).toBe("8192\n524288\n");
    expect(vm.shell("findmnt -no FSTYPE,SOURCE --mountpoint /mnt/disk").trim()).toBe(`xfs    ${disk}p1`);
    expect(vm.shell("cat /etc/fstab")).toMatch(
      /^# the machine in a test\nUUID=[0-9a-f-]{36} \/mnt\/disk xfs defaults,nofail 0 2\n$/,
    );
    expect(vm.shell("stat -c %a /etc/rancher/k3s/config.yaml /etc/systemd/system/k3s.service")).toBe(
      "600\n644\n",
    );
    expect(vm.shell("cat /var/lib/stub/label")).toBe("core\n");
    expect(vm.shell("ls /var/lib/stub")).toContain("enabled-k3s");
    expect(vm.shell("ls -A /var/lib/mybinder")).not.toContain("k3s-restart");
  });

  test("the kubeconfig, and nothing else, is what its step prints", async () => {
    const { code, stdout } = await run(KUBECONFIG_STEP);
    expect(code).toBe(0);
    expect(stdout).toBe(vm.shell("cat /etc/rancher/k3s/k3s.yaml"));
  });

  test("what is edited by hand is found, and put back", async () => {
    const kubelet = "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/99-kubelet.conf";
    vm.shell(`echo 'maxPods: 999' >> ${kubelet}; chmod 666 /etc/rancher/k3s/config.yaml
      printf '128\\n' > /proc/sys/fs/inotify/max_user_instances; echo '# evil' >> /usr/local/bin/k3s
      sed -i /mnt/d /etc/fstab; ln -sf /etc/hostname /etc/sysctl.d/90-mybinder.conf; echo user > /var/lib/stub/label`);
    const found = await all(steps(), true);
    expect(found).toEqual({
      time: "no change",
      sysctl:
        "differs: /etc/sysctl.d/90-mybinder.conf\ndiffers: fs.inotify.max_user_instances is 128, wanted 8192",
      disk: "differs: /etc/fstab",
      kubelet: `differs: ${kubelet}`,
      server: "differs: /etc/rancher/k3s/config.yaml",
      secrets: "no change",
      install: `differs: K3s ${VERSION} to ${VERSION}`,
      labels: "differs: label mybinder.org/node-purpose of NODE is 'user', wanted core".replace(
        "NODE",
        execFileSync("hostname", { encoding: "utf8" }).trim().toLowerCase(),
      ),
    });
    const restarts = (): number => Number(vm.shell("grep -c '^restart k3s' /var/lib/stub/systemctl.log"));
    const before = restarts();
    await all();
    // Kubelet, server and binary: each takes effect at once.
    expect(restarts() - before).toBe(3);
    expect(
      vm.shell(`grep -c 999 ${kubelet} || true; tail -n 1 /usr/local/bin/k3s | grep -c evil || true`),
    ).toBe("0\n0\n");
    expect(await all()).toEqual(NO_CHANGE);
    // The link was replaced, not followed.
    expect(vm.shell("cat /etc/hostname")).not.toContain("fs.inotify");
  });

  test("another host key than the pinned one ends the connection, and nothing runs", async () => {
    const key = execFileSync("bash", [
      "-c",
      'd=$(mktemp -d); ssh-keygen -q -t ecdsa -N "" -C "" -f "$d/k"; cut -d" " -f1,2 "$d/k.pub"; rm -r "$d"',
    ]);
    const impostor = { ...vm.machine, hostKey: key.toString().trim() };
    const { code, stdout, stderr } = await runStep(impostor, named("time"));
    expect({ code, stdout }).toEqual({ code: 255, stdout: "" });
    expect(stderr).toContain("Host key verification failed");
  });

  test.each([
    ["a command", "/dev/nothing; touch /pwned"],
    ["an expansion", "$(touch /pwned)"],
    ["an option", "--all"],
    ["more lines", "/dev/nothing\ntouch /pwned\n\ntouch /pwned"],
    ["quotes", `/dev/'"\`touch /pwned\``],
  ])("a disk that is named like %s is only a name", async (_, name) => {
    const { code, stderr } = await run({
      ...named("disk"),
      parameters: { ...named("disk").parameters, DATA_DISK: name },
    });
    expect(code).toBe(3);
    expect(stderr).toContain("REFUSED: there is no device");
    expect(vm.shell("ls /pwned 2>&1 || true")).toContain("No such file");
  });

  test.each([
    ["a filesystem", "mkfs.xfs -q DISK", /is not empty \(found: xfs\)/],
    ["another's filesystem", "mkfs.ext4 -q -L theirs DISK", /is not empty \(found: ext4 theirs\)/],
    ["a partition table", "echo label:gpt | sfdisk -q DISK", /is not empty \(found: (PMBR gpt|gpt)/],
    ["an old partition table", "echo ',,L' | sfdisk -q --label dos DISK", /is not empty \(found: dos\)/],
    ["swap", "mkswap -q DISK", /is not empty \(found: swap\)/],
    [
      "a partition of our name with something else in it",
      "printf 'label: gpt\\nname=mybinder-data\\n' | sfdisk -q DISK; partx --update DISK; mkfs.ext4 -q DISKp1",
      /holds ext4; it is not formatted/,
    ],
  ])("a disk that holds %s is refused and left alone", async (_, make, message) => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const other = vm.disk();
    vm.shell(make.replaceAll("DISK", other));
    const ends = `(head -c 8M; tail -c 8M) < ${other} | sha256sum`;
    const before = vm.shell(ends);
    const { code, stderr } = await run(named("disk", steps({}, { dataDisk: other })));
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(message) as string });
    expect(vm.shell(ends)).toBe(before);
  });

  test.each([
    ["data 4 KiB in", "printf data | dd of=DISK bs=1 seek=4096 conv=notrunc status=none", 0],
    [
      "data in its last MiB",
      "printf data | dd of=DISK bs=1 seek=$((400 * 1048576 - 900)) conv=notrunc status=none",
      418381824,
    ],
    [
      "data in the middle",
      "dd if=/dev/urandom of=DISK bs=1M seek=200 count=3 conv=notrunc status=none",
      209715200,
    ],
  ])("a disk without a signature that holds %s is refused and left alone", async (_, make, from) => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const other = vm.disk();
    vm.shell(make.replaceAll("DISK", other));
    const before = vm.shell(`sha256sum < ${other}`);
    const { code, stderr } = await run(named("disk", steps({}, { dataDisk: other })));
    expect(code).toBe(3);
    expect(stderr).toContain(
      `${other} holds data of an unknown kind (near byte ${String(from)}); it is not formatted`,
    );
    expect(stderr).toContain(`blkdiscard --zeroout ${other}`);
    expect(vm.shell(`sha256sum < ${other}`)).toBe(before);
  });

  test("a partition of ours that holds data of an unknown kind is refused", async () => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const other = vm.disk();
    vm.shell(`printf 'label: gpt\nname="mybinder-data", type=linux\n' | sfdisk -q ${other}; partx --update ${other}
      printf data | dd of=${other}p1 bs=1 seek=4096 conv=notrunc status=none`);
    const { code, stderr } = await run(named("disk", steps({}, { dataDisk: other })));
    expect(code).toBe(3);
    expect(stderr).toContain(`${other}p1 holds data of an unknown kind`);
  });

  test("a disk is wiped only when the stack file names its serial number", async () => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const other = vm.disk();
    // A loop device has no serial number: lsblk gives it one here.
    vm.shell(`cat > /opt/stubs/lsblk <<'STUB'
#!/bin/bash
if [ "$*" = "-dnro SERIAL -- ${other}" ]; then echo S4EWNX0R; else exec /usr/bin/lsblk "$@"; fi
STUB
chmod 755 /opt/stubs/lsblk; mkfs.ext4 -q -L theirs ${other}`);
    const wiping = (serial: string): Step =>
      named("disk", steps({}, { dataDisk: other, dataDiskWipe: serial }));
    const refused = await run(wiping("S4EWNX0Q"));
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("To destroy what it holds, set cluster.machine.dataDiskWipe: S4EWNX0R");
    expect((await run(wiping("S4EWNX0R"), true)).stdout).toContain(`differs: content of ${other}: destroyed`);
    expect(vm.shell(`wipefs --noheadings --output TYPE ${other}`)).toContain("ext4");
    expect((await run(wiping("S4EWNX0R"))).stdout).toContain("allows");
    // It stays in the stack file: what was made since is kept.
    vm.shell("echo kept > /mnt/disk/data; umount /mnt/disk");
    await run(wiping("S4EWNX0R"));
    expect(vm.shell("cat /mnt/disk/data")).toBe("kept\n");
    vm.shell("rm /opt/stubs/lsblk; umount /mnt/disk");
    await run(named("disk"));
  });

  test("a run killed while it formats is continued", async () => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const other = vm.disk();
    vm.shell(`printf '#!/bin/bash\nprintf half | dd of="\${@: -1}" bs=1 seek=8192 conv=notrunc status=none; exit 137\n' > /opt/stubs/mkfs.xfs
      chmod 755 /opt/stubs/mkfs.xfs`);
    const step = named("disk", steps({}, { dataDisk: other }));
    expect((await run(step)).code).not.toBe(0);
    vm.shell("rm /opt/stubs/mkfs.xfs");
    expect((await run(step)).stdout).toContain("where an earlier run was cut off");
    vm.shell("umount /mnt/disk");
    await run(named("disk"));
  });

  test("a secret file is never readable by others, and the lock follows no link", async () => {
    vm.shell(`mkdir -p /run/lock; chmod 1777 /run/lock; echo precious > /root/precious; ln -sf /root/precious /run/lock/mybinder.lock
      printf '#!/bin/bash\ncase $* in *.mybinder) stat -c %%a "\${@: -1}" >> /tmp/modes ;; esac; exec /usr/bin/sync "$@"\n' > /opt/stubs/sync
      printf '#!/bin/bash\ncase $* in *.mybinder) stat -c %%a "\${@: -1}" >> /tmp/modes ;; esac; exec /usr/bin/chmod "$@"\n' > /opt/stubs/chmod
      /usr/bin/chmod 755 /opt/stubs/sync /opt/stubs/chmod; rm -f /etc/rancher/k3s/config.yaml`);
    await run(named("server"));
    expect(
      vm.shell("cat /tmp/modes; rm /tmp/modes /opt/stubs/sync /opt/stubs/chmod").trim().split("\n"),
    ).toEqual(["600", "600"]);
    expect(vm.shell("cat /root/precious")).toBe("precious\n");
  });

  test("a disk of another size than described is refused", async () => {
    const { code, stderr } = await run(named("disk", steps({}, { dataDiskGiB: 500 })));
    expect(code).toBe(3);
    expect(stderr).toContain("has 0 GiB, but the stack file says 500 GiB; is it the right disk?");
  });

  test("a reboot between partition table and filesystem is continued, and the data outlives a remount", async () => {
    vm.shell("umount /mnt/disk 2>/dev/null || true");
    const half = vm.disk();
    vm.shell(`printf 'label: gpt\\nname="mybinder-data", type=linux\\n' | sfdisk -q ${half}`);
    const step = named("disk", steps({}, { dataDisk: half }));
    expect((await run(step)).stdout).toContain(`changed: filesystem of ${half}p1`);
    vm.shell("echo kept > /mnt/disk/data; umount /mnt/disk");
    expect((await run(step)).stdout.trim()).toBe("changed: mount of /mnt/disk");
    expect(vm.shell("cat /mnt/disk/data")).toBe("kept\n");
    // Back to the first disk: another machine's disk at the mount point is refused, never unmounted.
    expect((await run(named("disk"))).stderr).toContain(
      `/mnt/disk is mounted from ${half}p1, which is not on ${disk}`,
    );
    vm.shell("umount /mnt/disk");
    await run(named("disk"));
  });

  test("a connection lost during a download is continued by the next run", async () => {
    vm.shell("rm -rf /usr/local/bin/k3s /var/lib/mybinder; touch /var/lib/stub/slow");
    const cut = new AbortController();
    const lost = runStep(vm.machine, named("install"), { signal: cut.signal });
    await halfDownloaded();
    cut.abort();
    await lost;
    // The next run waits for the earlier one, which a lost connection does not end; here it is ended.
    vm.shell("rm /var/lib/stub/slow; fuser -k /run/mybinder.lock || true");
    expect((await run(named("install"))).stdout).toContain(`changed: K3s none to ${VERSION}`);
    expect((await run(named("install"))).stdout.trim()).toBe("no change");
  });

  test("a run cut off before K3s was restarted is made up for by the next", async () => {
    vm.shell("touch /var/lib/mybinder/k3s-restart");
    expect((await run(named("kubelet"))).stdout).toContain("restarting K3s");
    expect((await run(named("kubelet"))).stdout.trim()).toBe("no change");
  });

  test.each([0.3, 0.6, 0.9, 0.999])(
    "%d of a script, as a lost connection leaves it, does nothing",
    (share) => {
      vm.shell("rm /etc/rancher/k3s/config.yaml");
      const input = stepInput(named("server"));
      const cut = input.slice(0, Math.floor((input.length - 'main "$@"\n'.length) * share));
      try {
        vm.shell(RUN_STEP, cut);
      } catch {
        // Cut within a function, it is not even a script.
      }
      expect(vm.shell("ls /etc/rancher/k3s")).toBe("k3s.yaml\n");
      vm.shell(RUN_STEP, input);
      expect(vm.shell("ls /etc/rancher/k3s")).toBe("config.yaml\nk3s.yaml\n");
    },
  );

  test("a binary that is not what its checksum says is not installed", async () => {
    const pinned = named("install", steps({ release: { version: "v1.34.5+k3s1", sha256: "0".repeat(64) } }));
    const { code, stderr } = await run(pinned);
    expect(code).toBe(3);
    expect(stderr).toMatch(/has checksum [0-9a-f]{64}, not 0{64}; nothing was installed/);
    expect(vm.shell("/usr/local/bin/k3s --version")).toContain(VERSION);
    vm.shell("rm -f /var/lib/mybinder/sums-v1.34.5+k3s1");
  });

  test("an upgrade keeps launches away, lets user pods go, restarts, and opens the node again", async () => {
    vm.shell("rm -f /var/lib/stub/kubectl.log");
    const said = await run(named("install", steps({ release: { version: "v1.35.1+k3s1" } })));
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout).toContain(`changed: K3s ${VERSION} to v1.35.1+k3s1`);
    expect(vm.shell("cat /var/lib/stub/kubectl.log /var/lib/stub/running")).toBe(
      "cordon\ndrain\nuncordon\nv1.35.1+k3s1\n",
    );
  });

  test.each([
    ["back", "v1.34.5+k3s1", "does not go back to v1.34.5+k3s1"],
    ["over a minor version", "v1.37.0+k3s1", "upgrade to v1.36 first, one minor version at a time"],
  ])("an upgrade %s is refused before anything is touched", async (_, version, message) => {
    const { code, stderr } = await run(named("install", steps({ release: { version } })));
    expect(code).toBe(3);
    expect(stderr).toContain(message);
    expect(vm.shell("cat /var/lib/stub/running")).toBe("v1.35.1+k3s1\n");
  });

  test("user pods that do not go stop the upgrade, and the node is opened again", async () => {
    vm.shell("touch /var/lib/stub/stuck");
    const upgrade = named("install", steps({ release: { version: "v1.36.0+k3s1" } }));
    expect((await run(upgrade)).stderr).toContain("did not go within 900 s; K3s was not touched");
    expect(
      vm.shell("cat /var/lib/stub/unschedulable 2>/dev/null || true; /usr/local/bin/k3s --version"),
    ).toBe("k3s version v1.35.1+k3s1 (0000000)\n");
    vm.shell("rm /var/lib/stub/stuck");
  });

  test("a reboot in the middle of an upgrade is continued; an operator's own cordon stays", async () => {
    const upgrade = named("install", steps({ release: { version: "v1.36.0+k3s1" } }));
    // As the machine is after drain and move, without the restart.
    vm.shell(`printf true > /var/lib/stub/unschedulable; touch /var/lib/mybinder/k3s-cordoned /var/lib/mybinder/k3s-restart
      cp /srv/releases/v1.36.0+k3s1/k3s /usr/local/bin/k3s && chmod 755 /usr/local/bin/k3s
      sha256sum /usr/local/bin/k3s > /var/lib/mybinder/k3s.sha256`);
    expect((await run(upgrade)).code).toBe(0);
    expect(vm.shell("cat /var/lib/stub/running; ls /var/lib/stub")).toMatch(
      /^v1\.36\.0\+k3s1\n(?![^]*unschedulable)/,
    );
    vm.shell("printf true > /var/lib/stub/unschedulable");
    expect((await run(upgrade)).stdout.trim()).toBe("no change");
    expect(vm.shell("cat /var/lib/stub/unschedulable")).toBe("true");
  });

  test("with a window, another release is left to the upgrade controller, whose binary is then known", async () => {
    const window = { days: ["sunday"], start: "02:00", end: "05:00" };
    const later = named("install", steps({ release: { version: "v1.37.0+k3s1", window } }));
    publish("v1.37.0+k3s1");
    expect((await run(later)).stdout).toBe(
      "K3s v1.36.0+k3s1 stays until the window; the upgrade controller then installs v1.37.0+k3s1\nno change\n",
    );
    const back = await run(named("install", steps({ release: { version: "v1.35.1+k3s1", window } })));
    expect(back).toMatchObject({ code: 3, stderr: expect.stringContaining("does not go back") as string });
    // As its job does: the binary is written over, and K3s ended, which systemd starts again.
    vm.shell(`cp /srv/releases/v1.37.0+k3s1/k3s /usr/local/bin/k3s; systemctl restart k3s`);
    for (const check of [true, false]) expect((await run(later, check)).stdout).toBe("no change\n");
    vm.shell("echo '# evil' >> /usr/local/bin/k3s");
    expect((await run(later, true)).stdout).toContain("differs: K3s v1.37.0+k3s1 to v1.37.0+k3s1");
    expect((await run(later)).stdout).toContain("changed: K3s v1.37.0+k3s1 to v1.37.0+k3s1");
    vm.shell("printf true > /var/lib/stub/unschedulable");
  });

  test("nothing of a step shows in the machine's process list", async () => {
    vm.shell("touch /var/lib/stub/slow; rm /usr/local/bin/k3s");
    const cut = new AbortController();
    const running = runStep(
      vm.machine,
      { name: "install", parameters: { ...named("install").parameters, CANARY: "not-to-be-seen" } },
      { signal: cut.signal },
    );
    await halfDownloaded();
    expect(vm.shell("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '")).not.toContain("not-to-be-seen");
    cut.abort();
    await running;
    vm.shell("rm /var/lib/stub/slow; fuser -k /run/mybinder.lock || true");
  });

  describe("snapshots of the datastore", () => {
    const DB = "/var/lib/rancher/k3s/server/db";
    const SECRETS_FILE = "/etc/rancher/k3s/config.yaml.d/50-secrets.yaml";
    const snapshots = { s3: { bucket: "bucket", endpoint: "https://s3.example.org" } };
    const secrets = (values: Record<string, string> = {}): Step =>
      withSecrets(named("secrets", steps({ snapshots })), {
        token: "the-token",
        "etcd-s3-access-key": "an-access-key",
        "etcd-s3-secret-key": "a-secret-key",
        ...values,
      });
    const datastore = (): string => vm.shell(`cat ${DB}/etcd`).trim();
    const restarts = (): number => Number(vm.shell("grep -c '^restart k3s' /var/lib/stub/systemctl.log"));
    const target = (): Target => ({
      stack: "probe",
      host: "127.0.0.1",
      machine: vm.machine,
      config: undefined as never,
      cluster: undefined as never,
    });
    const restore = (name: string): Promise<string> => restoreSnapshot(target(), name, undefined);

    beforeAll(async () => {
      vm.shell("rm -rf /usr/local/bin/k3s /var/lib/mybinder");
      await all(steps({ release: { version: "v1.36.0+k3s1" } }));
    });

    test("K3s' secret settings are in a file of root's own, once; who has none of them sees only that they differ", async () => {
      expect((await run(secrets())).stdout).toContain(`changed: ${SECRETS_FILE}`);
      expect(vm.shell(`stat -c '%a %U' ${SECRETS_FILE}; tail -n 3 ${SECRETS_FILE}`)).toBe(
        "600 root\ntoken: the-token\netcd-s3-access-key: an-access-key\netcd-s3-secret-key: a-secret-key\n",
      );
      expect((await run(secrets())).stdout.trim()).toBe("no change");
      const ownCheck = named("secrets", steps({ snapshots }));
      expect((await run(ownCheck, true)).stdout.trim()).toBe("no change");
      vm.shell(`chmod 644 ${SECRETS_FILE}`);
      for (const check of [true, false]) {
        expect((await run(ownCheck, check)).stdout.trim()).toBe(
          `differs: ${SECRETS_FILE}, which only pulumi up can write`,
        );
      }
      expect((await run(secrets())).stdout).toContain(`changed: ${SECRETS_FILE}`);
    });

    test("another token than the cluster's is refused before K3s reads it, and is not shown", async () => {
      vm.shell(
        `mkdir -p /var/lib/rancher/k3s/server; echo K10abc::server:theirs > /var/lib/rancher/k3s/server/token`,
      );
      const before = restarts();
      const { code, stdout, stderr } = await run(secrets());
      expect({ code, before: restarts() }).toEqual({ code: 3, before });
      expect(stderr).toContain("has another token than the secret k3sToken");
      expect(stdout + stderr).not.toMatch(/the-token|theirs/);
      expect((await run(secrets({ token: "K10abc::server:theirs" }))).code).toBe(0);
      vm.shell("rm /var/lib/rancher/k3s/server/token");
    });

    test("without a bucket the file goes, and K3s starts without it", async () => {
      const before = restarts();
      expect((await run(named("secrets"))).stdout).toContain(`changed: ${SECRETS_FILE}`);
      expect(restarts()).toBe(before + 1);
      expect((await run(named("secrets"))).stdout.trim()).toBe("no change");
      await run(secrets());
    });

    test("they are listed, and one is restored; the state before it is kept", async () => {
      await run(named("server", steps({ snapshots })));
      vm.shell(`mkdir -p /srv/bucket; echo monday > ${DB}/snapshots/etcd-snapshot-1; echo sunday > /srv/bucket/etcd-snapshot-0
        echo tuesday > ${DB}/etcd`);
      expect((await listSnapshots(target())).map(({ name, location }) => `${name} ${location}`)).toEqual([
        `etcd-snapshot-1 file://${DB}/snapshots/etcd-snapshot-1`,
        "etcd-snapshot-0 s3://bucket/etcd-snapshot-0",
      ]);
      expect(await restore("etcd-snapshot-1")).toContain("restored: etcd-snapshot-1");
      expect(datastore()).toBe("monday");
      expect(vm.shell(`cat ${DB}/snapshots/before-restore-1; ls /var/lib/mybinder /var/lib/stub`)).toMatch(
        /^tuesday\n(?![^]*k3s-restoring)[^]*enabled-k3s/,
      );
      expect(await restore("etcd-snapshot-0")).toContain("restored: etcd-snapshot-0");
      expect(datastore()).toBe("sunday");
    });

    test.each([
      ["one that is not there", "etcd-snapshot-9", /there is no snapshot etcd-snapshot-9, neither on/],
      ["a name that is a path", "../../../etc/passwd", /is not the name of a snapshot/],
      ["a name that is a command", "$(touch /pwned)", /is not the name of a snapshot/],
      ["a name that is an option", "--help", /is not the name of a snapshot/],
    ])("%s is refused, and K3s runs on", async (_, name, message) => {
      await expect(restore(name)).rejects.toThrow(message);
      expect(vm.shell("ls /pwned 2>&1 || true; ls /var/lib/stub")).toMatch(/No such file[^]*active-k3s/);
      expect(datastore()).toBe("sunday");
    });

    test("a restore that is cut off keeps K3s down over a reboot and other steps away, until it is finished", async () => {
      vm.shell("touch /var/lib/stub/slow");
      const cut = new AbortController();
      const lost = runStep(vm.machine, restoreStep("etcd-snapshot-1"), { signal: cut.signal });
      await says(
        "cat /var/lib/mybinder/k3s-restoring 2>/dev/null; ls /var/lib/stub",
        /stopped(?![^]*active-k3s)/,
      );
      cut.abort();
      await lost;
      vm.shell("rm /var/lib/stub/slow; fuser -k /run/mybinder.lock || true");
      // As after a reboot: systemd starts what is enabled, which K3s is not.
      expect(vm.shell("ls /var/lib/stub")).not.toMatch(/(active|enabled)-k3s/);
      const { code, stderr } = await run(named("install", steps({ release: { version: "v1.36.0+k3s1" } })));
      expect(code).toBe(3);
      expect(stderr).toContain("a restore of etcd-snapshot-1 is not finished");
      expect(await restore("etcd-snapshot-1")).toContain("restored: etcd-snapshot-1");
      expect(datastore()).toBe("monday");
    });

    test("cut off after the reset, it only starts K3s", async () => {
      vm.shell(`printf 'etcd-snapshot-1 reset\n' > /var/lib/mybinder/k3s-restoring; touch ${DB}/reset-flag
        echo restored-already > ${DB}/etcd; rm /var/lib/stub/active-k3s /var/lib/stub/enabled-k3s`);
      expect(await restore("etcd-snapshot-1")).toBe("restored: etcd-snapshot-1");
      expect(datastore()).toBe("restored-already");
      expect(vm.shell("ls /var/lib/stub")).toMatch(/active-k3s[^]*enabled-k3s/);
    });

    test("while K3s is down, what is on the machine is listed, and a snapshot that K3s cannot read is said", async () => {
      vm.shell("rm /var/lib/stub/active-k3s");
      expect((await listSnapshots(target())).map(({ name, bytes }) => `${name} ${String(bytes)}`)).toEqual(
        expect.arrayContaining(["etcd-snapshot-1 7"]),
      );
      await expect(restore("etcd-snapshot-gone")).rejects.toThrow(
        /K3s did not restore etcd-snapshot-gone and is stopped; try again or another snapshot/,
      );
      expect(await restore("etcd-snapshot-0")).toContain("restored: etcd-snapshot-0");
      expect(datastore()).toBe("sunday");
    });
  });
});

(requireReal("shellcheck", "shellcheck") ? test : test.skip)("shellcheck has nothing to say", () => {
  const scripts = execFileSync("git", ["ls-files", "*.sh", "test/support/machine/stubs"], {
    cwd: ROOT,
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => file !== "" && !file.endsWith(".yaml"));
  expect(scripts.length).toBeGreaterThan(8);
  execFileSync("shellcheck", ["--external-sources", ...scripts.map((file) => join(ROOT, file))], {
    stdio: "inherit",
  });
});
