import { parseSnapshots } from "../../../../../tools/operate/machine/snapshots";

test("K3s' table of snapshots is read, whatever its columns' widths", () => {
  const table = `Name   Location Size Created
a-1      file:///var/a-1    123    2026-01-02T03:04:05Z
a-1 s3://b/f/a-1 123 2026-01-02T03:04:06Z
time="…" level=info msg="no snapshot"
`;
  expect(parseSnapshots(table)).toEqual([
    { name: "a-1", location: "file:///var/a-1", bytes: 123, created: "2026-01-02T03:04:05Z" },
    { name: "a-1", location: "s3://b/f/a-1", bytes: 123, created: "2026-01-02T03:04:06Z" },
  ]);
});
