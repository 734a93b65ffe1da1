import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A key and a certificate, PEM, as a server takes them. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority of a test's own, made with openssl. */
export class Authority {
  private constructor(private readonly folder: string) {}

  static create(): Authority {
    const authority = new Authority(mkdtempSync(join(tmpdir(), "mybinder-authority-")));
    authority.openssl("req", "-x509", ...KEY, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=a test's");
    return authority;
  }

  /** Its certificate, for NODE_EXTRA_CA_CERTS. */
  get file(): string {
    return join(this.folder, "ca.pem");
  }

  /** A certificate for `name` that lasts `days`; with -1 it ended yesterday. */
  issue(name: string, days: number): ServerCertificate {
    this.openssl("req", ...KEY, "-keyout", "key.pem", "-out", "request.pem", "-subj", `/CN=${name}`);
    writeFileSync(join(this.folder, "names"), `subjectAltName=DNS:${name}\n`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    this.openssl("x509", "-req", "-in", "request.pem", ...by, "-days", String(days), "-out", "cert.pem");
    const read = (file: string): string => readFileSync(join(this.folder, file), "utf8");
    return { key: read("key.pem"), cert: read("cert.pem") };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }
}
