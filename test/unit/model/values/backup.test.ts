import { parseConfig } from "../../../../model/stack/config";
import { backupWarning } from "../../../../model/values/backup";
import { publicConfig } from "../../../../tools/ground/stackFile/stacks";

const warning = (stack: string, more: Record<string, unknown> = {}): string | undefined =>
  backupWarning(stack, parseConfig(stack, { ...publicConfig(stack), ...more }));
const backup = { bucket: "backups", endpoint: "https://s3.example.org" };

test.each([
  ["prod", "Grafana's database"],
  ["staging", "the hub's database, Grafana's database"],
  ["hetzner-2i2c", "the hub's database, Harbor's database, Grafana's database"],
])("%s is warned of what it would lose", (stack, lost) => {
  expect(warning(stack)).toBe(
    `stack ${stack} backs nothing up, so that ${lost} would be lost with the volumes; set mybinder:backup (docs/backup.md)`,
  );
});

test("a stack that is backed up, is not to last or has nothing to lose is not warned", () => {
  expect(warning("prod", { backup })).toBeUndefined();
  expect(warning("local")).toBeUndefined();
  expect(warning("prod", { monitoring: { enabled: false } })).toBeUndefined();
});

test.each([
  [
    { ...backup, schedule: "daily" },
    'mybinder:backup.schedule: found "daily" (string); allowed: five fields of a crontab',
  ],
  [
    { ...backup, endpoint: "s3.example.org" },
    'mybinder:backup.endpoint: found "s3.example.org" (string); allowed: an http(s) URL',
  ],
  [{ ...backup, keepDaily: 0 }, "mybinder:backup.keepDaily: found 0"],
  [{ ...backup, folder: "../other" }, 'mybinder:backup.folder: found "../other" (string); allowed: a folder'],
  [{ endpoint: backup.endpoint }, "mybinder:backup.bucket"],
])("a backup that cannot be is refused: %j", (bad, message) => {
  expect(() => warning("prod", { backup: bad })).toThrow(message);
});
