import {
  type Condition,
  DAYS,
  type History,
  type Incident,
  type Minutes,
  type State,
  STATES,
} from "./history";
import { STYLE } from "./style";

/** What the page and its JSON are made of. */
export interface StatusView {
  /** Host of the federation. */
  readonly host: string;
  /** In the order in which they are shown. */
  readonly members: readonly { readonly name: string; readonly url: string; readonly condition: Condition }[];
  readonly history: History;
  readonly now: Date;
}

const WORDS: Readonly<Record<State, string>> = {
  up: "Up",
  degraded: "Degraded",
  down: "Down",
  drained: "Drained",
};
/** Beside the colour, for those who do not see it. */
const SIGNS: Readonly<Record<State, string>> = { up: "✓", degraded: "!", down: "✕", drained: "–" };
const MINUTES_OF_DAY = 1440;
const SHOWN_HOURS = 24;
const SHOWN_INCIDENTS = 20;

/** The status as JSON, for programs. */
export function statusJson({ host, members, history, now }: StatusView): string {
  return JSON.stringify({
    host,
    at: now.toISOString(),
    members: members.map(({ name, url, condition }) => ({
      name,
      url,
      ...condition,
      days: daysBefore(now).map((day) => ({ day, ...minutesByState(history.days[day]?.[name]) })),
    })),
    launches: hoursBefore(now).map((hour) => ({ hour: `${hour}:00Z`, ...history.hours[hour] })),
    incidents: history.incidents,
  });
}

/** The status as a page that needs no scripts. */
export function statusPage(view: StatusView): string {
  const { host, members, now } = view;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="120">
<title>Status of ${escaped(host)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Status of ${escaped(host)}</h1>
${summary(view)}
<p class="note">As of <time datetime="${now.toISOString()}">${day(now)}, ${clock(now)} UTC</time>. If that is long ago, the source of this page is down; launches do not depend on it.</p>
<h2>Members</h2>
<ul class="members">
${members.map((member) => memberItem(member, view)).join("\n")}
</ul>
<p class="note legend">${STATES.map((state) => `<span class="${state}">${SIGNS[state]} ${WORDS[state]}</span>`).join(" ")} <span class="unknown">▪ No data</span> Each bar is a day, today on the right.</p>
<h2>Launches</h2>
${launches(view)}
<h2>Incidents</h2>
${incidents(view.history.incidents)}
<p class="note">For programs: <a href="/status.json">status.json</a>. Drained: the operators send a member no launches; running sessions continue.</p>
</main>
</body>
</html>
`;
}

function summary({ members }: StatusView): string {
  const taking = members.filter(({ condition: { state } }) => state === "up").length;
  const [kind, sign, text]: [State, string, string] =
    taking === members.length
      ? ["up", SIGNS.up, `All ${String(members.length)} members take launches.`]
      : taking > 0
        ? [
            "degraded",
            SIGNS.degraded,
            `${String(taking)} of ${String(members.length)} members ${taking === 1 ? "is" : "are"} fully up. Launches go to those that work.`,
          ]
        : ["down", SIGNS.down, "No member is fully up. Launches may fail."];
  const one = members.length === 1 && taking === 1 ? "The only member takes launches." : text;
  return `<p class="summary ${kind}"><span aria-hidden="true">${sign}</span> ${one}</p>`;
}

function memberItem(
  { name, url, condition: { state, reason } }: StatusView["members"][number],
  view: StatusView,
): string {
  const days = daysBefore(view.now).map((date) => ({ date, minutes: view.history.days[date]?.[name] }));
  const known = days.filter(({ minutes }) => total(minutes) > 0);
  const [up, all] = [
    sum(known.map(({ minutes }) => of(minutes, "up"))),
    sum(known.map(({ minutes }) => total(minutes))),
  ];
  const bad = known.filter(({ minutes }) => of(minutes, "up") < total(minutes));
  const share = all === 0 ? "no data yet" : `${percent(up, all)} up in ${count(known.length, "day")}`;
  const label = `${name}, last ${String(DAYS)} days: ${share}; ${count(bad.length, "day")} not fully up`;
  const rows = [...bad]
    .reverse()
    .map(
      ({ date, minutes }) =>
        `<tr><th scope="row">${date}</th>${STATES.map((each) => `<td>${duration(of(minutes, each))}</td>`).join("")}</tr>`,
    );
  return `<li>
<div class="head"><h3><a href="${escaped(url)}">${escaped(name)}</a></h3> <span class="state ${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${WORDS[state]}</span></div>
${reason === "" ? "" : `<p class="reason">${escaped(reason)}</p>\n`}<div class="bars" role="img" aria-label="${escaped(label)}">${days.map(({ minutes, date }) => bar(date, minutes)).join("")}</div>
<p class="note share">${share}</p>
${rows.length === 0 ? "" : `<details><summary>${count(bad.length, "day")} not fully up</summary><div class="scroll"><table><thead><tr><th scope="col">Day (UTC)</th>${STATES.map((each) => `<th scope="col">${WORDS[each]}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>\n`}</li>`;
}

/** A day: its worst state that lasted, and how much of the day was not up as the height of what is missing. */
function bar(date: string, minutes: Minutes | undefined): string {
  const all = total(minutes);
  if (all === 0) return `<i class="unknown" title="${date}: no data"></i>`;
  const worst = (["down", "drained", "degraded"] as const).find(
    (state) => of(minutes, state) >= Math.max(5, all / 200),
  );
  // a short outage is to be seen too
  const height = Math.min(worst ? 70 : 100, Math.round(100 * (of(minutes, "up") / all)));
  const title = `${date}: ${STATES.filter((state) => of(minutes, state) > 0)
    .map((state) => `${WORDS[state].toLowerCase()} ${duration(of(minutes, state))}`)
    .join(", ")}`;
  return `<i class="${worst ?? "up"}" title="${title}"><b style="height:${String(height)}%"></b></i>`;
}

function launches({ members, history, now }: StatusView): string {
  const hours = hoursBefore(now).map((hour) => {
    const counts = history.hours[hour] ?? {};
    return { hour, sum: sum(members.map(({ name }) => counts[name] ?? 0)), counts };
  });
  const most = Math.max(1, ...hours.map((each) => each.sum));
  const all = sum(hours.map((each) => each.sum));
  const bars = hours.map(
    (each) =>
      `<i title="${each.hour.slice(11)}:00 UTC: ${number(each.sum)}"><b style="height:${String(Math.round((100 * each.sum) / most))}%"></b></i>`,
  );
  const rows = [...hours]
    .reverse()
    .map(
      ({ hour, sum: launched, counts }) =>
        `<tr><th scope="row">${hour.slice(11)}:00</th><td>${number(launched)}</td>${members.map(({ name }) => `<td>${number(counts[name] ?? 0)}</td>`).join("")}</tr>`,
    );
  const head = ["Hour (UTC)", "All", ...members.map(({ name }) => escaped(name))];
  return `<p>${number(all)} in the last ${String(SHOWN_HOURS)} hours, at most ${number(most === 1 && all === 0 ? 0 : most)} in one.</p>
<div class="bars hours" role="img" aria-label="Launches per hour: ${number(all)} in ${String(SHOWN_HOURS)} hours">${bars.join("")}</div>
<details><summary>By hour and member</summary><div class="scroll"><table><thead><tr>${head.map((each) => `<th scope="col">${each}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></details>`;
}

function incidents(list: readonly Incident[]): string {
  if (list.length === 0) return "<p>None in the last 90 days.</p>";
  const items = list.slice(0, SHOWN_INCIDENTS).map(({ member, state, reason, from, to }) => {
    const [start, end] = [new Date(from), to === undefined ? undefined : new Date(to)];
    const lasted = end
      ? `for ${duration(Math.round((end.getTime() - start.getTime()) / 60_000))}`
      : "until now";
    return `<li><span class="state ${state}"><span aria-hidden="true">${SIGNS[state]}</span> ${WORDS[state]}</span> <strong>${escaped(member)}</strong>: ${escaped(reason)}<br><span class="note"><time datetime="${escaped(from)}">${day(start)}, ${clock(start)} UTC</time>, ${lasted}</span></li>`;
  });
  return `<ul class="incidents">\n${items.join("\n")}\n</ul>`;
}

function daysBefore(now: Date): string[] {
  return Array.from({ length: DAYS }, (_, index) =>
    new Date(now.getTime() - (DAYS - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

function hoursBefore(now: Date): string[] {
  return Array.from({ length: SHOWN_HOURS }, (_, index) =>
    new Date(now.getTime() - (SHOWN_HOURS - 1 - index) * 3_600_000).toISOString().slice(0, 13),
  );
}

function of(minutes: Minutes | undefined, state: State): number {
  return minutes?.[STATES.indexOf(state)] ?? 0;
}

function total(minutes: Minutes | undefined): number {
  return sum(minutes ?? []);
}

function minutesByState(minutes: Minutes | undefined): Record<string, number> {
  return Object.fromEntries(STATES.map((state) => [state, of(minutes, state)]));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** Never 100 % when something was missing. */
function percent(part: number, whole: number): string {
  if (part === whole) return "100 %";
  return `${Math.min(99.99, (100 * part) / whole).toFixed(2)} %`;
}

function duration(minutes: number): string {
  if (minutes === 0) return "–";
  if (minutes < 60) return `${String(minutes)} min`;
  if (minutes <= MINUTES_OF_DAY) return `${(minutes / 60).toFixed(1)} h`;
  return `${(minutes / MINUTES_OF_DAY).toFixed(1)} days`;
}

function count(many: number, what: string): string {
  return `${String(many)} ${what}${many === 1 ? "" : "s"}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function clock(date: Date): string {
  return date.toISOString().slice(11, 16);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
