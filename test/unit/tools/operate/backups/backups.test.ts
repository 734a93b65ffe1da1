import type { RawConfig } from "../../../../../model/schema/rawConfig";
import { stackValues } from "../../../../../model/values";
import { loadStackFile } from "../../../../../tools/ground/stackFile/stacks";
import { backupNames, restoreCommands } from "../../../../../tools/operate/backups/restore";
import { snapshotsIn, snapshotsText } from "../../../../../tools/operate/backups/snapshots";

const NOW = new Date("2026-11-27T20:00:00Z");
const one = (tag: string, time: string, bytes: number, id = "5c59d790"): object => ({
  ...{ time, tags: [tag], short_id: id, hostname: "a", paths: [`/${tag}`] },
  summary: { total_bytes_processed: bytes, files_new: 1 },
});

describe("the list", () => {
  test("is by volume, the newest first, with age and size", () => {
    const log = [
      [
        one("hub", "2026-11-27T14:00:00.629328605Z", 2_500_000, "aaaaaaaa"),
        one("hub", "2026-11-27T20:30:00+01:00", 2_600_000, "cccccccc"),
      ],
      [one("grafana", "2026-11-20T20:00:00Z", 800_000, "bbbbbbbb")],
    ].map((volume) => `${JSON.stringify(volume)}\n`);
    const found = snapshotsIn(log.join(""), NOW);
    expect(found.map(({ id }) => id)).toEqual(["bbbbbbbb", "cccccccc", "aaaaaaaa"]);
    expect(found[1]).toEqual({
      ...{ id: "cccccccc", backup: "hub", time: "2026-11-27T19:30:00.000Z", ageHours: 0.5, bytes: 2_600_000 },
    });
    expect(snapshotsText("a", found)).toBe(
      "backup   id        made                  age  size\n" +
        "grafana  bbbbbbbb  2026-11-20 20:00 UTC  7 d  0.8 MB\n" +
        "hub      cccccccc  2026-11-27 19:30 UTC  1 h  2.6 MB\n" +
        "hub      aaaaaaaa  2026-11-27 14:00 UTC  6 h  2.5 MB\n",
    );
  });

  test("may be empty", () => {
    expect(snapshotsText("a", snapshotsIn("[]\n", NOW))).toBe("a has no backups yet\n");
  });

  test.each([["ID        Time\n5c59d790  2026"], [""], ['[{"short_id": 1}]']])("%j is none", (log) => {
    expect(() => snapshotsIn(log, NOW)).toThrow("the Job said no list of backups");
  });
});

describe("the commands of a restore", () => {
  const { config } = loadStackFile("bids-ovh").stack;

  test("stop what has the volume, restore, say what happened and start it again", () => {
    expect(restoreCommands("bids-ovh", config, "hub", { kubectl: "kubectl" })).toEqual([
      "kubectl --namespace bids-ovh scale deployment/hub --replicas 0",
      "kubectl --namespace bids-ovh create job restore-hub-now --from=cronjob/restore-hub",
      "kubectl --namespace bids-ovh wait job/restore-hub-now --for=condition=complete --timeout 10m",
      "kubectl --namespace bids-ovh logs job/restore-hub-now --all-containers",
      "kubectl --namespace bids-ovh scale deployment/hub --replicas 1",
      "kubectl --namespace bids-ovh delete job restore-hub-now",
    ]);
  });

  test("take another backup than the newest, and scale each part of Harbor back to what it has", () => {
    const harbor = config.role !== "proxy" && config.registry.kind === "harbor" ? config.registry : undefined;
    const commands = restoreCommands("bids-ovh", config, "harbor", { kubectl: "k", snapshot: "5c59d790" });
    expect(commands.filter((line) => line.endsWith("--replicas 0"))).toHaveLength(3);
    expect(commands.join("\n")).toContain(
      "k --namespace bids-ovh set env --local --filename - --output yaml --containers fetch SNAPSHOT=5c59d790 | ",
    );
    const { harbor: values } = stackValues(loadStackFile("bids-ovh").stack) as {
      harbor: Record<string, { replicas?: number } | undefined>;
    };
    for (const part of ["core", "jobservice", "exporter"]) {
      const replicas = values[part]?.replicas ?? 1;
      expect(commands).toContain(
        `k --namespace bids-ovh scale deployment/bids-ovh-harbor-${part} --replicas ${String(replicas)}`,
      );
    }
    expect(harbor?.replicas).toBe(values["core"]?.replicas ?? 1);
  });

  test("are refused for what the stack does not have", () => {
    const without = (changes: RawConfig): string[] =>
      backupNames("bids-ovh", loadStackFile("bids-ovh", changes).stack.config);
    expect(without({})).toEqual(["hub", "grafana", "harbor"]);
    expect(without({ monitoring: { enabled: false } })).toEqual(["hub", "harbor"]);
    expect(() =>
      restoreCommands("prod", loadStackFile("prod").stack.config, "hub", { kubectl: "k" }),
    ).toThrow("stack prod has no backup hub; it has: grafana");
  });
});
