import { withoutVolumeNames } from "../../../../../tools/operate/adopt/volumeNames";

const claim = (name: string, ...spec: string[]): string =>
  [
    "---",
    "# Source: grafana",
    "apiVersion: v1",
    "kind: PersistentVolumeClaim",
    "metadata:",
    `  name: ${name}`,
    "spec:",
    ...spec,
    "",
  ].join("\n");
const REST = "  accessModes: [ReadWriteOnce]";
/** A pod has a field of that name elsewhere, and it stays. */
const POD = "---\nkind: Pod\nmetadata:\n  name: p\nspec:\n  volumeName: kept\n";

test("the names of volumes go out of claims, and of nothing else", () => {
  const manifest =
    claim("grafana", "  volumeName: pvc-1", REST) + POD + claim('"quoted"', REST, "  volumeName: pvc-2");
  expect(withoutVolumeNames(manifest)).toEqual({
    manifest: claim("grafana", REST) + POD + claim('"quoted"', REST),
    claims: ["grafana", "quoted"],
  });
});

test("a manifest whose claims name no volume stays as it is, to the letter", () => {
  const manifest = `${claim("hub-db-dir", REST)}---\nkind: ConfigMap\ndata:\n  text: |\n    kind: PersistentVolumeClaim\n`;
  expect(withoutVolumeNames(manifest)).toEqual({ manifest, claims: [] });
});
