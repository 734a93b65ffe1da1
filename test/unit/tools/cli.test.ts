import { COMMANDS, loadCommand } from "../../../tools/cli";

test.each(COMMANDS)("%s is a command of that name, with a description", (name) => {
  const command = loadCommand(name);
  expect(command.name()).toBe(name);
  expect(command.description().length).toBeGreaterThan(10);
});
