import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";

/** A name server on loopback that has 127.0.0.1 for every name, until it is told to behave otherwise. */
export class NameServer {
  /** Questions so far. */
  asked = 0;
  behaviour: "well" | "hangs" | "fails" | "refuses" | "says that there is no such name" = "well";

  private overTcp: Server | undefined;

  private constructor(private readonly socket: Socket) {}

  static async start(): Promise<NameServer> {
    const server = new NameServer(createSocket("udp4"));
    server.socket.on("message", (question, { port, address }) => {
      server.asked += 1;
      if (server.behaviour !== "hangs") server.socket.send(server.answer(question), port, address);
    });
    await new Promise<void>((resolve) => {
      server.socket.bind(0, "127.0.0.1", resolve);
    });
    return server;
  }

  get port(): number {
    return this.socket.address().port;
  }

  /**
   * Answers questions over TCP too, one a connection, and gives the port. RFC 1035, section 4.2.2: two bytes of length
   * before each message.
   */
  async listenOnTcp(): Promise<number> {
    const server = createServer((socket) => {
      let question = Buffer.alloc(0);
      socket.on("error", () => socket.destroy());
      socket.on("data", (chunk: Buffer) => {
        question = Buffer.concat([question, chunk]);
        if (question.length < 2 || question.length < 2 + question.readUInt16BE(0)) return;
        this.asked += 1;
        const answer = this.answer(question.subarray(2));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.end(Buffer.concat([length, answer]));
      });
    });
    this.overTcp = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  async stop(): Promise<void> {
    this.overTcp?.close();
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  /** RFC 1035, section 4.1: the header, the question again, and an address for a question of type A. */
  private answer(question: Buffer): Buffer {
    let end = 12;
    while ((question[end] ?? 0) > 0) end += 1 + (question[end] ?? 0);
    const asked = question.subarray(12, end + 5);
    const code = { well: 0, hangs: 0, fails: 2, refuses: 5, "says that there is no such name": 3 }[
      this.behaviour
    ];
    const found = code === 0 && question.readUInt16BE(end + 1) === 1;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(found ? 1 : 0, 6);
    header.writeUInt32BE(0, 8);
    // the name of the question, type A, class IN, 5 s, 4 bytes
    const address = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1];
    return Buffer.concat([header, asked, Buffer.from(found ? address : [])]);
  }
}
