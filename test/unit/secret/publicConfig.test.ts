import { deriveStack } from "../../../model/stack/config";
import { readStackFile, stackNames } from "../../../model/stack/stackFiles";
import { secretKeys } from "../../../secret/catalogue";
import { readPublicConfig } from "../../../secret/publicConfig";
import { ROOT } from "../../../tools/ground/root";
import { encryptedProject } from "../../support/ciphertexts";

const project = encryptedProject();
afterAll(project.remove);
const publicIn = (stack: string) => readPublicConfig(project.root, stack);

test.each(stackNames(ROOT))("%s is derived as ever when every stack has every secret set", (stack) => {
  expect(Object.keys(readStackFile(project.root, stack) ?? {})).toEqual(
    expect.arrayContaining([...secretKeys]),
  );
  const plain = (name: string) => readPublicConfig(ROOT, name);
  const names = stackNames(ROOT);
  expect(deriveStack(stack, publicIn(stack) ?? {}, publicIn, names)).toEqual(
    deriveStack(stack, plain(stack) ?? {}, plain, names),
  );
});

test("no secret is in a public configuration, encrypted or not", () => {
  expect(JSON.stringify(stackNames(ROOT).map(publicIn))).not.toContain("secure");
});
