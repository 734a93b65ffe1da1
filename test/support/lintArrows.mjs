// Lints texts with the project's own configuration, a JSON list of {file, text} on stdin. Prints which of them the rules
// of docs/architecture.json refuse, as a JSON list of booleans. Jest's modules cannot load ESLint's configuration.
import { text } from "node:stream/consumers";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const eslint = new ESLint({
  // these rules need no types, and types take a minute
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    { files: ["**/*.ts"], languageOptions: { parserOptions: { projectService: false } } },
  ],
  ruleFilter: ({ ruleId }) => ruleId.startsWith("boundaries/"),
});
const refused = [];
for (const { file, text: content } of JSON.parse(await text(process.stdin))) {
  const [{ messages }] = await eslint.lintText(content, { filePath: file });
  refused.push(messages.some(({ ruleId }) => ruleId === "boundaries/dependencies"));
}
process.stdout.write(JSON.stringify(refused));
