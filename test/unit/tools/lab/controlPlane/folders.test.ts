import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { environment } from "../../../../../environment";
import {
  foldersOf,
  namesIn,
  readState,
  writePrivate,
  writeState,
} from "../../../../../tools/lab/controlPlane/folders";
import { assertFree, freePort } from "../../../../../tools/lab/controlPlane/ports";
import { commandLine, isProgramOf, PROGRAMS } from "../../../../../tools/lab/controlPlane/programs";
import type { Toolchain } from "../../../../../tools/lab/kube/toolchain";

let dir: string;
beforeEach(() => (dir = realpathSync(mkdtempSync(join(tmpdir(), "mybinder-state-")))));
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const here = (): ReturnType<typeof environment> => environment({ MYBINDER_STATE: dir });

test.each(["", "..", "Local", "a/b", "-a", "a.b", "x".repeat(42)])(
  '"%s" cannot name a control plane',
  (name) => {
    expect(() => foldersOf(name, here())).toThrow(
      `"${name}" cannot name a control plane: use lower-case letters, digits and "-", starting with a letter or digit, ` +
        "at most 41 characters.",
    );
  },
);

test("what is kept is in the state folder, private, and the same through a symlink", () => {
  symlinkSync(dir, `${dir}-link`);
  try {
    const folders = foldersOf("local", here());
    expect(folders.dir).toBe(join(dir, "control-planes", "local"));
    expect(foldersOf("local", environment({ MYBINDER_STATE: `${dir}-link` })).dir).toBe(folders.dir);
    expect(statSync(join(dir, "control-planes")).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(`${dir}-link`);
  }
});

test("a state is read back; none or a damaged one reads as none", () => {
  const folders = foldersOf("local", here());
  expect(readState(folders)).toBeUndefined();
  mkdirSync(folders.dir);
  const state = { toolchain: "k", port: 1, startedAt: "2026-01-01T00:00:00Z", ready: true };
  writeState(folders, state);
  expect(readState(folders)).toEqual(state);
  writePrivate(join(folders.dir, "state.json"), "{");
  expect(readState(folders)).toBeUndefined();
  expect(statSync(join(folders.dir, "state.json")).mode & 0o777).toBe(0o600);
  writePrivate(join(dir, "control-planes", "local.lock"), "");
  expect(namesIn(here())).toEqual(["local"]);
});

test("a port that is taken is named, with who has it", async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const holder = process.platform === "linux" ? ` by process ${String(process.pid)} \\(.+\\)` : "";
  await expect(assertFree(port)).rejects.toThrow(
    new RegExp(`^Port ${String(port)} on 127\\.0\\.0\\.1 is taken${holder}\\. Choose another with --port`),
  );
  await new Promise((resolve) => server.close(resolve));
  await expect(assertFree(port)).resolves.toBeUndefined();
});

describe("command lines", () => {
  const toolchain = Object.fromEntries(
    PROGRAMS.map((program) => [program, `/cache/kube/k/${program}`]),
  ) as Toolchain;
  const lines = (): string[][] => {
    const folders = foldersOf("local", here());
    return PROGRAMS.map((program) => {
      const { path, args } = commandLine(program, { folders, toolchain, port: 4711 });
      return [path, ...args];
    });
  };

  test("each tells its control plane, and only its own", () => {
    const folders = foldersOf("local", here());
    for (const argv of lines()) {
      expect(isProgramOf(folders.dir, argv)).toBe(true);
      expect(isProgramOf(`${folders.dir}-2`, argv)).toBe(false);
      expect(isProgramOf(join(dir, "control-planes", "loc"), argv)).toBe(false);
    }
    expect(isProgramOf(folders.dir, ["vim", `--file=${folders.dir}/state.json`])).toBe(false);
  });

  test("nothing listens on an address but 127.0.0.1, and no secret is among the arguments", () => {
    for (const argument of lines().flat()) {
      expect(argument).not.toMatch(/0\.0\.0\.0|\[::\]|token=/);
    }
    const flat = lines().flat();
    expect(flat).toContain("--bind-address=127.0.0.1");
    expect(flat.filter((argument) => argument === "--secure-port=0")).toHaveLength(2);
    expect(flat).toContain("--node-port=0");
  });

  test("the volumes of the machine are left alone", () => {
    expect(lines().flat().join(" ")).not.toContain("hostpath-provisioner");
  });
});
