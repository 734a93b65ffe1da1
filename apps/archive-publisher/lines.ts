/** A log entry has at most 256 KiB. Source: https://cloud.google.com/logging/quotas */
const LONGEST = 1 << 20;

/** The lines of a stream without their ends; `undefined` for one that is longer than a log entry can be. */
export async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  const line = (): string | undefined => {
    const text = size > LONGEST ? undefined : Buffer.concat(parts).toString("utf8");
    parts = [];
    size = 0;
    return text;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      add(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (size > 0) yield line();

  function add(part: Buffer): void {
    size += part.length;
    if (size > LONGEST) parts = [];
    else if (part.length > 0) parts.push(part);
  }
}
