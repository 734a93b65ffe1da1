/** Style of the status page: small screens first, both colour schemes, contrast of text at least 4.5 to 1. */
export const STYLE = `
:root { --bg: #fff; --text: #222; --soft: #5c5c5c; --line: #d6d6d6; --up: #2e7d32; --degraded: #8a5a00; --down: #b3261e; --drained: #4a5a8a; --unknown: #dcdcdc; --link: #2a6496; --rest: #f1c3bf; }
@media (prefers-color-scheme: dark) { :root { --bg: #16181c; --text: #e8e8e8; --soft: #a9adb5; --line: #3a3e46; --up: #66bb6a; --degraded: #ffb74d; --down: #ff8a80; --drained: #9fb0e6; --unknown: #33373e; --link: #8ab4f8; --rest: #5a2f2c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; }
a { color: var(--link); }
p { margin: .25rem 0; }
ul { list-style: none; margin: 0; padding: 0; }
.summary { margin: 0 0 .5rem; padding: .75rem 1rem; border: 1px solid; border-left-width: .5rem; border-radius: .3rem; font-size: 1.1rem; font-weight: 600; }
.note { color: var(--soft); font-size: .875rem; }
.members li { padding: 1rem 0; border-top: 1px solid var(--line); }
.head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.state { font-weight: 600; white-space: nowrap; }
.state.up, .summary.up, .legend .up { color: var(--up); }
.state.degraded, .summary.degraded, .legend .degraded { color: var(--degraded); }
.state.down, .summary.down, .legend .down { color: var(--down); }
.legend .unknown { color: var(--soft); }
.state.drained, .legend .drained { color: var(--drained); }
.bars { display: flex; gap: 1px; height: 2.5rem; margin: .5rem 0 .25rem; }
.bars i { flex: 1 1 0; min-width: 0; display: flex; align-items: flex-end; border-radius: 1px; background: var(--rest); }
.bars b { width: 100%; min-height: 0; background: var(--up); }
.bars i.degraded { background: var(--degraded); }
.bars i.down { background: var(--down); }
.bars i.drained { background: var(--drained); }
.bars i.unknown { background: var(--unknown); }
.hours { height: 5rem; gap: 2px; border-bottom: 1px solid var(--line); }
.hours i { background: none; }
.hours b { background: var(--link); min-height: 1px; }
.legend span { margin-right: .75rem; white-space: nowrap; font-weight: 600; }
.legend .unknown { font-weight: 400; }
.incidents li { padding: .6rem 0; border-top: 1px solid var(--line); }
details { margin: .25rem 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; padding: .35rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child { text-align: left; }
@media (min-width: 40rem) { .bars { gap: 2px; } }
`;
