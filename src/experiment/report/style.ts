/** The page's style: colours by role, once for light and once for dark; series colours keep apart for colour-blind readers. */
export const pageStyle = `
:root{--ground:#fff;--ink:#1b1f24;--quiet:#5b6570;--rule:#c9d1d9;--gain:#1a7f5a;--loss:#c2410c;--base:#8b949e;--single:#6f8fb8;--sft:#b08900;--merge:#8a63b8;--joint:#0072b2;--curriculum:#1a7f5a;
--s0:#0072b2;--s1:#c2410c;--s2:#1a7f5a;--s3:#a0408f;--s4:#8a6d00;--s5:#00838f;--s6:#6b4fbb;--s7:#5b6570}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--ink:#e6e9ec;--quiet:#9aa4ae;--rule:#3a424b;--gain:#3fbf8a;--loss:#f0794a;--base:#8b949e;--single:#7fa6d6;--sft:#d9b54a;--merge:#b596e0;--joint:#58aee8;--curriculum:#3fbf8a;
--s0:#58aee8;--s1:#f0794a;--s2:#3fbf8a;--s3:#e08ad0;--s4:#d9b54a;--s5:#4dc4cf;--s6:#ab96f0;--s7:#9aa4ae}}
body{background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif;max-width:1180px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}
p{max-width:75ch;margin:.4rem 0}.finding{font-weight:600}.caution{border-left:4px solid var(--loss);padding-left:.7rem}
svg{max-width:100%;height:auto;display:block;margin:.8rem 0;font:13px system-ui,sans-serif}svg text{fill:var(--ink)}
svg .quiet{fill:var(--quiet)}svg .strong{font-weight:600}.rule{stroke:var(--rule)}.guide{stroke:var(--quiet);stroke-dasharray:5 4}.whisker{stroke:var(--ink);stroke-width:1.5}
.bar.base{fill:var(--base)}.bar.single{fill:var(--single)}.bar.sft{fill:var(--sft)}.bar.merge{fill:var(--merge)}.bar.joint{fill:var(--joint)}.bar.curriculum{fill:var(--curriculum)}
.cell{stroke:var(--rule)}.cell.gain{fill:var(--gain)}.cell.loss{fill:var(--loss)}
.dot{fill:var(--joint)}.dot.best{fill:var(--gain)}.dot.worst{fill:var(--loss)}
.line path{fill:none;stroke:currentColor;stroke-width:2}.line circle{fill:currentColor}
${Array.from({ length: 8 }, (_, at) => `.line.series${at}{color:var(--s${at})}svg text.series${at}{fill:var(--s${at})}`).join("")}
.pair,.charts{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0}figcaption,summary{color:var(--quiet)}summary{cursor:pointer;margin:.6rem 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;margin:.6rem 0}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}th:first-child,td:first-child,td:nth-child(2),th:nth-child(2){text-align:left}
`;
