import { loadStackFile, stackConfig } from "../../../../../tools/ground/stackFile/stacks";

test.each([
  ["stackConfig", stackConfig],
  ["loadStackFile", loadStackFile],
])("%s of a name without a file says which stacks there are", (_, read) => {
  expect(() => read("nosuch")).toThrow(
    "there is no stack nosuch (no Pulumi.nosuch.yaml); stacks: bids-ovh, hetzner-2i2c, hetzner-gesis, local, prod, staging",
  );
});
