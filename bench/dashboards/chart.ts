import type { Unit } from "../../model/dashboards/dashboard";

/** A line of a chart: a value by its time, in seconds since 1970. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

const WIDTH = 860;
const [LEFT, RIGHT, TOP, FOOT, ROW] = [64, 26, 34, 26, 18];
const PLOT = 220;
/** Names in a row of the legend, and how long one may be. */
const COLUMNS = 3;

/** Distinct for eyes that see no red or green (Okabe and Ito); those of the dark picture are lighter. */
const LIGHT = ["#0072b2", "#d55e00", "#007a5a", "#b0428a", "#8a6d00", "#555555"];
const DARK = ["#56b4e9", "#ff9350", "#3fd6ac", "#e79ccb", "#f0e442", "#bbbbbb"];

/** Lines over a time as SVG, which a browser draws light or dark as its reader prefers. At most six lines. */
export function chart(
  title: string,
  unit: Unit,
  lines: readonly Line[],
  from: number,
  until: number,
): string {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const highest = Math.max(...values, 0);
  const { size, name } = named(unit, highest);
  const { top, step } = scale(highest, size);
  const x = (seconds: number): string =>
    fixed(LEFT + ((seconds - from) / (until - from)) * (WIDTH - LEFT - RIGHT));
  const y = (value: number): string => fixed(TOP + PLOT - (value / top) * PLOT);
  const height = TOP + PLOT + FOOT + ROW * Math.ceil(lines.length / COLUMNS);
  const marks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const hours = Array.from({ length: 9 }, (_, index) => from + (index * (until - from)) / 8);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    style(),
    `<rect class="b" width="100%" height="100%"/>`,
    text(LEFT, 18, title, "t"),
    ...marks.map(
      (mark) =>
        `<path class="g" d="M${String(LEFT)} ${y(mark)}H${String(WIDTH - RIGHT)}"/>` +
        text(LEFT - 6, Number(y(mark)) + 4, `${String(Number((mark / size).toPrecision(3)))}${name}`, "e"),
    ),
    ...hours.map((seconds) =>
      text(Number(x(seconds)), TOP + PLOT + 18, new Date(seconds * 1000).toISOString().slice(11, 16), "m"),
    ),
    ...lines.map(({ points }, index) => `<path class="l c${String(index)}" d="${path(points, x, y)}"/>`),
    ...lines.map(({ name }, index) => {
      const [left, row] = [LEFT + (index % COLUMNS) * 265, Math.floor(index / COLUMNS)];
      const base = TOP + PLOT + FOOT + 12 + row * ROW;
      return `<path class="l c${String(index)}" d="M${String(left)} ${String(base - 4)}h14"/>${text(left + 20, base, name, "n")}`;
    }),
    "</svg>",
    "",
  ].join("\n");
}

function style(): string {
  const lines = (colours: readonly string[]): string =>
    colours.map((colour, index) => `.c${String(index)}{stroke:${colour}}`).join("");
  return (
    `<style>.b{fill:#fff}text{fill:#222}.t{font-weight:bold}.e{text-anchor:end}.m{text-anchor:middle}.g{stroke:#ddd}` +
    `.l{fill:none;stroke-width:2}${lines(LIGHT)}@media(prefers-color-scheme:dark){.b{fill:#1b1b1f}text{fill:#e6e6e6}` +
    `.g{stroke:#3a3a40}${lines(DARK)}}</style>`
  );
}

/** A line, with a gap where there is no number. */
function path(points: Line["points"], x: (seconds: number) => string, y: (value: number) => string): string {
  let isDrawn = false;
  return points
    .map(([seconds, value]) => {
      if (!Number.isFinite(value)) {
        isDrawn = false;
        return "";
      }
      const piece = `${isDrawn ? "L" : "M"}${x(seconds)} ${y(value)}`;
      isDrawn = true;
      return piece;
    })
    .join("");
}

/** Four to eight steps of 1, 2 or 5 of a unit up to a highest value. */
function scale(highest: number, size: number): { readonly top: number; readonly step: number } {
  const rough = (highest || size) / size / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power * size;
  return { step, top: Math.ceil((highest || size) / step) * step };
}

/** What an axis counts in, and how that is written behind a number. */
function named(unit: Unit, highest: number): { readonly size: number; readonly name: string } {
  if (unit === "percentunit") return { size: 0.01, name: " %" };
  if (unit === "s") return highest >= 86_400 ? { size: 86_400, name: " d" } : { size: 1, name: " s" };
  if (unit === "bytes") return { size: 2 ** 30, name: " GiB" };
  return { size: 1, name: unit === "reqps" ? "/s" : "" };
}

function text(x: number, y: number, words: string, kind: string): string {
  return `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
