/** One line of a picture: nodes at each step of the day. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly nodes: readonly number[];
}

const WIDTH = 860;
const HEIGHT = 320;
const LEFT = 46;
const BOTTOM = 40;
const TOP = 34;

/** Nodes over the day as SVG; the axis begins at `firstHour` (UTC). */
export function picture(title: string, lines: readonly Line[], firstHour: number): string {
  const count = Math.max(...lines.map(({ nodes }) => nodes.length));
  const minutes = 24 * 60;
  const most = Math.max(...lines.flatMap(({ nodes }) => nodes)) + 1;
  const x = (minute: number): number => round(LEFT + (minute / minutes) * (WIDTH - LEFT - 10));
  const y = (nodes: number): number => round(HEIGHT - BOTTOM - (nodes / most) * (HEIGHT - BOTTOM - TOP));
  const step = Math.max(1, Math.ceil(most / 8));
  const rows = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  const hours = Array.from({ length: minutes / 180 + 1 }, (_, index) => index * 180);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(LEFT, 16, title),
    ...rows.map(
      (count) =>
        `<path d="M${String(LEFT)} ${String(y(count))}H${String(WIDTH - 10)}" stroke="#ddd"/>` +
        text(LEFT - 22, y(count) + 4, String(count)),
    ),
    ...hours.map((minute) =>
      text(
        x(minute) - 14,
        HEIGHT - BOTTOM + 16,
        `${String((firstHour + minute / 60) % 24).padStart(2, "0")}:00`,
      ),
    ),
    text(LEFT, HEIGHT - 6, "hour (UTC); nodes, those that start included"),
    ...lines.map(
      ({ nodes, colour }) =>
        `<path d="${steps(nodes.map((value, index) => [x((index * minutes) / count), y(value)]))}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ),
    ...lines.map(({ name, colour }, index) => {
      const at = LEFT + 330 + index * 170;
      return `<rect x="${String(at)}" y="${String(HEIGHT - 16)}" width="12" height="12" fill="${colour}"/>${text(at + 18, HEIGHT - 6, name)}`;
    }),
    "</svg>",
    "",
  ].join("\n");
}

/** A path that goes sideways, then up or down, where something changes. */
function steps(points: readonly (readonly [number, number])[]): string {
  let last: number | undefined;
  const path = points.flatMap(([x, y], index) => {
    if (y === last && index < points.length - 1) return [];
    const piece = last === undefined ? `M${String(x)} ${String(y)}` : `H${String(x)}V${String(y)}`;
    last = y;
    return [piece];
  });
  return path.join("");
}

function text(x: number, y: number, words: string): string {
  return `<text x="${String(x)}" y="${String(y)}" fill="#333">${words.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
