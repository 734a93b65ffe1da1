import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientCertificateExpiry, judgeExpiry } from "../../../../model/cluster/kubeconfigExpiry";
import { requireReal } from "../../../support/real";

const NOW = new Date("2026-11-21T12:00:00Z");
const inDays = (days: number): Date => new Date(NOW.getTime() + days * 24 * 3600 * 1000);

test.each([
  [365, "fine", ""],
  [45, "fine", ""],
  [44.9, "soon", "expires in 44 days (2027-01-05). Do this."],
  [7, "soon", "expires in 7 days (2026-11-28). Do this."],
  [6.9, "late", "expires in 6 days (2026-11-28). Do this."],
  [1, "late", "expires in 1 day (2026-11-22). Do this."],
  [-3, "late", "expired 3 days ago (2026-11-18). Do this."],
])("%d days before the end it is %s", (days, level, text) => {
  const message = text && `stack probe: the client certificate of its kubeconfig ${text}`;
  expect(judgeExpiry("probe", inDays(days), NOW, "Do this.")).toEqual({ level, message });
});

test.each(["", "users: 3", "a: [", "users: [null]", 'users: [{user: {client-certificate-data: "bm90"}}]'])(
  "what has no client certificate (%j) has no expiry",
  (text) => {
    const expiry = clientCertificateExpiry(text);
    expect(expiry).toBeUndefined();
    expect(judgeExpiry("probe", expiry, NOW, "").level).toBe("fine");
  },
);

(requireReal("openssl", "openssl") ? test : test.skip)("the date is the certificate's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "mybinder-expiry-"));
  try {
    const certificate = join(folder, "c.pem");
    const request = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "30",
    ];
    execFileSync("openssl", [...request, "-subj", "/CN=a", "-keyout", "/dev/null", "-out", certificate], {
      stdio: "ignore",
    });
    const data = readFileSync(certificate).toString("base64");
    const expiry = clientCertificateExpiry(`users: [{name: a, user: {client-certificate-data: ${data}}}]`);
    const days = ((expiry?.getTime() ?? 0) - Date.now()) / (24 * 3600 * 1000);
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
