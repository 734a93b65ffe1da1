import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import { askBounded } from "../apps/askBounded";
import type { JupyterServer } from "../apps/synthetic-launcher/server";

/** Starts a kernel and lets it run Python code, over a web socket as a notebook does. Resolves to what the code printed. */
export async function runInKernel(
  server: JupyterServer,
  code: string,
  limitSeconds: number,
): Promise<string> {
  const timeoutMs = limitSeconds * 1000;
  const id = await startKernel(server, timeoutMs);
  const url = new URL(`api/kernels/${encodeURIComponent(id)}/channels`, server.url);
  url.protocol = url.protocol.replace("http", "ws");
  const session = randomUUID();
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      headers: { Authorization: `token ${server.token}` },
      maxPayload: 1 << 20,
      followRedirects: false,
    });
    let printed = "";
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.on("error", () => undefined);
      socket.terminate();
      settle();
    };
    const fail = (text: string): void => {
      end(() => {
        reject(new Error(text));
      });
    };
    const timer = setTimeout(() => {
      fail(`no answer of the kernel within ${String(limitSeconds)} s`);
    }, timeoutMs);
    socket.on("error", (error) => {
      fail(`web socket of the kernel: ${error.message}`);
    });
    socket.on("close", (status) => {
      fail(`the web socket of the kernel was closed, with code ${String(status)}, before it answered`);
    });
    socket.on("open", () => {
      socket.send(JSON.stringify(request(session, code)));
    });
    socket.on("message", (data: Buffer) => {
      const message = messageOf(data.toString("utf8"));
      if (message?.parent !== session) return;
      if (message.type === "stream") printed += message.text;
      if (message.type === "error") fail(`the kernel failed: ${message.text}`);
      if (message.type === "idle") {
        end(() => {
          resolve(printed.trim());
        });
      }
    });
  });
}

async function startKernel({ url, token }: JupyterServer, timeoutMs: number): Promise<string> {
  const question = {
    method: "POST",
    headers: { Authorization: `token ${token}`, "Content-Type": "application/json" },
    body: "{}",
  };
  const { status, text } = await askBounded(new URL("api/kernels", url), question, {
    timeoutMs,
    maxBytes: 1 << 16,
  });
  const [, id] = /"id": ?"([\w-]+)"/.exec(text) ?? [];
  if (status === 201 && id !== undefined) return id;
  throw new Error(`status ${String(status)} to the start of a kernel; expected: 201, with its id`);
}

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute */
function request(id: string, code: string): object {
  return {
    channel: "shell",
    header: { msg_id: id, session: id, username: "", date: "", msg_type: "execute_request", version: "5.3" },
    parent_header: {},
    metadata: {},
    content: { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false },
  };
}

interface Message {
  readonly parent: unknown;
  readonly type: "stream" | "error" | "idle" | "other";
  readonly text: string;
}

function messageOf(data: string): Message | undefined {
  try {
    const { parent_header, msg_type, content } = JSON.parse(data) as {
      parent_header?: { msg_id?: unknown };
      msg_type?: string;
      content?: { text?: string; evalue?: string; execution_state?: string };
    };
    const parent = parent_header?.msg_id;
    if (msg_type === "stream") return { parent, type: "stream", text: content?.text ?? "" };
    if (msg_type === "error") return { parent, type: "error", text: content?.evalue ?? "" };
    const idle = msg_type === "status" && content?.execution_state === "idle";
    return { parent, type: idle ? "idle" : "other", text: "" };
  } catch {
    return undefined;
  }
}
