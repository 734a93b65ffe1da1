/*
 * What has been in the archive since 2018 was written by Python's json.dumps, and readers compare files byte by byte: what is
 * written again must be the same.
 */

/** A flat object as Python's json.dumps writes it: a space after commas and colons, and nothing but ASCII. */
export function pythonJson(entries: Readonly<Record<string, string | number | boolean | null>>): string {
  const pairs = Object.entries(entries).map(([key, value]) => `${ascii(key)}: ${ascii(value)}`);
  return `{${pairs.join(", ")}}`;
}

/** A floating-point number as Python's repr writes it: 0.0, 12.5, 1e-05, 1e+16. */
export function pythonFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? "-" : "+"}${padded(Math.abs(power))}`;
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}

function padded(power: number): string {
  return String(power).padStart(2, "0");
}

function ascii(value: string | number | boolean | null): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
