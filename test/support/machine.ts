import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../tools/operate/machine/ssh";
import { freePort } from "../../tools/lab/controlPlane/ports";

/** A machine with a real sshd that is this one's root, copied on write; see machine/start.sh for what is not real. */
export interface TestMachine {
  readonly machine: Machine;
  /** Runs a shell command on it, as root and directly. Gives its stdout; throws when it fails. */
  readonly shell: (command: string, input?: string) => string;
  /** A blank disk of 400 MiB. */
  readonly disk: () => string;
  readonly stop: () => void;
}

/** The stand-ins of stubs/ come first, as for what sshd runs. */
const PATH = "/opt/stubs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Size of {@link TestMachine.disk}. */
export const DISK_BYTES = 400 * 2 ** 20;

/** Starts it; resolves when its sshd answers. Needs root. */
export async function startMachine(): Promise<TestMachine> {
  const base = mkdtempSync(join(tmpdir(), "mybinder-machine-"));
  for (const folder of ["rw", "root"]) mkdirSync(join(base, folder));
  const identity = keyPair(join(base, "user_key"), "ed25519");
  const hostKey = keyPair(join(base, "host_key"), "ecdsa");
  writeFileSync(join(base, "authorized_keys"), readFileSync(`${identity}.pub`));
  const port = await freePort();
  const sshd = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "bash", join(__dirname, "machine", "start.sh")],
    { env: { ...process.env, BASE: base, PORT: String(port) }, stdio: ["ignore", "ignore", "pipe"] },
  );
  await listening(sshd);
  const loops: string[] = [];
  const shell = (command: string, input = ""): string =>
    execFileSync(
      "nsenter",
      [`--mount=/proc/${String(sshd.pid)}/ns/mnt`, "chroot", join(base, "root"), "/bin/bash", "-c", command],
      { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, PATH } },
    );
  return {
    machine: { host: "127.0.0.1", port, hostKey: publicKey(hostKey), identity },
    shell,
    disk: () => {
      const image = join(base, `disk-${String(loops.length)}`);
      execFileSync("truncate", ["--size", String(DISK_BYTES), image]);
      const loop = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8" }).trim();
      loops.push(loop);
      // A loop device may still show the partitions of its last use.
      spawnQuietly("partx", ["--delete", loop]);
      return loop;
    },
    stop: () => {
      // Before its namespace goes, which the kernel does in its own time: a mounted partition cannot be let go.
      shell("umount /mnt/disk 2>/dev/null || true");
      sshd.kill("SIGKILL");
      for (const loop of loops) {
        spawnQuietly("partx", ["--delete", loop]);
        spawnQuietly("losetup", ["--detach", loop]);
      }
      rmSync(base, { recursive: true, force: true });
    },
  };
}

function keyPair(file: string, type: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "", "-f", file]);
  chmodSync(file, 0o600);
  return file;
}

function publicKey(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").trim();
}

function listening(sshd: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    sshd.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening on")) resolve();
    });
    sshd.on("exit", () => {
      reject(new Error(`the test's machine did not start: ${said}`));
    });
  });
}

function spawnQuietly(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: "ignore" });
  } catch {
    // Nothing to detach.
  }
}
