import { editFiles } from "../../ground/stackFile/editor";
import { secretFilesIn } from "../../../secret/kept";
import { fileOf, type MemberPlan, type StackFileTexts } from "../../operate/members/stackFile";
import { ROOT } from "../../ground/root";

/** Makes a plan from the stack files and writes every file of it whole, or none. Prints the rest of it. */
export async function apply(plan: (stackFile: StackFileTexts) => MemberPlan): Promise<void> {
  const { files, proxyChanges, steps } = await editFiles(({ text, write }) => {
    const planned = plan((stack) => text(fileOf(stack)));
    const files = { ...planned.files, ...besides(planned.files) };
    write(files);
    return { ...planned, files };
  });
  for (const [file, content] of Object.entries(files)) {
    process.stdout.write(`${content === undefined ? "removed" : "wrote"} ${file}\n`);
  }
  process.stdout.write(
    `\nWhat the next preview of the proxy shows:\n${proxyChanges.map((line) => `  ${line}\n`).join("") || "  nothing\n"}` +
      `\nWhat remains:\n${steps.map((step, index) => `${String(index + 1)}. ${step}\n`).join("")}`,
  );
}

/** With a stack file, its long secrets go too. */
function besides(files: MemberPlan["files"]): Record<string, undefined> {
  const secrets = secretFilesIn(ROOT).filter(
    ({ stack }) => fileOf(stack) in files && files[fileOf(stack)] === undefined,
  );
  return Object.fromEntries(secrets.map(({ file }) => [file, undefined]));
}
