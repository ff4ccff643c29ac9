/** Colours of light and of dark; each text has a contrast of 4.5 or more on what is below it. */
const colours = `
:root{
--page:#f4f6f8;--card:#fff;--inset:#f7f9fb;--ink:#17212b;--soft:#51606f;--line:#d5dce3;--strong:#9aa7b4;--focus:#1b5fbf;
--pass:#14663a;--pass-soft:#e4f5eb;--pass-fill:#2f9e64;
--fail:#a5211b;--fail-soft:#fdeceb;--fail-fill:#d6453d;
--open:#7a5000;--open-soft:#fdf2d8;--open-fill:#d99a1c;
--none:#51606f;--none-soft:#edf0f3;--use:#3273c4;--held:#8a5fbf}
@media (prefers-color-scheme:dark){:root{
--page:#0e1318;--card:#161d25;--inset:#1b242e;--ink:#e6ebf0;--soft:#a6b2bf;--line:#2c3845;--strong:#5b6b7b;--focus:#8ab8ff;
--pass:#7fdba5;--pass-soft:#12301f;--pass-fill:#35a86c;
--fail:#ffa29a;--fail-soft:#3d1917;--fail-fill:#e2574e;
--open:#f6c868;--open-soft:#362806;--open-fill:#d99a1c;
--none:#a6b2bf;--none-soft:#232d38;--use:#5b9bea;--held:#b18ae0}}`;

const page = `
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:76rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,h4,h5,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:2rem;line-height:1.2;font-weight:600;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem}
h4{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:var(--soft);margin:1.5rem 0 .6rem}
code,pre{font:.86em/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;white-space:pre-wrap;margin:0}
small{font-size:.82em;color:var(--soft)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
summary{cursor:pointer}
footer{margin-top:2.5rem;color:var(--soft);font-size:.875rem}
.product{color:var(--soft);font-size:.9rem;font-weight:600;margin-bottom:.25rem}
.meta,.later{color:var(--soft);margin-top:.35rem}.later .some{color:var(--open)}
svg{display:block}
rect.track{fill:var(--line)}rect.pass{fill:var(--pass-fill)}rect.fail{fill:var(--fail-fill)}rect.inconclusive{fill:var(--open-fill)}rect.use{fill:var(--use)}rect.held{fill:var(--held)}
header .whole{width:100%;height:.75rem;border-radius:.375rem;margin:1.1rem 0 .6rem}
ul.key{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;color:var(--soft)}
ul.key b{color:var(--ink)}
ul.key li::before{content:"";display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;margin-right:.45rem;background:var(--strong)}
ul.key .pass::before{background:var(--pass-fill)}ul.key .fail::before{background:var(--fail-fill)}ul.key .inconclusive::before{background:var(--open-fill)}`;

const signs = `
.badge{display:inline-block;white-space:nowrap;font-size:.8rem;line-height:1.4;font-weight:600;padding:.1rem .5rem;border-radius:1rem;border:1px solid;color:var(--none);background:var(--none-soft)}
.badge::before,.chain li::before{margin-right:.3em;font-weight:700}
.badge.pass,.chain .pass{color:var(--pass);background:var(--pass-soft)}
.badge.fail,.badge.error,.chain .fail{color:var(--fail);background:var(--fail-soft)}
.badge.inconclusive,.badge.warning,.chain .inconclusive{color:var(--open);background:var(--open-soft)}
.badge.pass::before{content:"✓" / ""}.badge.fail::before,.badge.error::before{content:"✕" / ""}.badge.inconclusive::before{content:"?" / ""}.badge.warning::before{content:"!" / ""}.badge.not-applicable::before,.badge.gone::before,.badge.note::before{content:"–" / ""}
.chain{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem 0}
.chain li{font-size:.82rem;line-height:1.4;white-space:nowrap;padding:.1rem .5rem;border:1px solid;border-radius:.35rem;color:var(--none);background:var(--none-soft);position:relative}
.chain li+li{margin-left:1.1rem}
.chain li+li::after{content:"" / "";position:absolute;right:100%;top:50%;width:calc(1.1rem + 1px);border-top:2px solid var(--strong);margin-right:1px}
.chain .pass::before{content:"✓" / "holds:"}.chain .fail::before{content:"✕" / "fails:"}.chain .inconclusive::before{content:"?" / "not seen:"}.chain .not-applicable::before{content:"–" / "not applicable:"}
.chain .unseen{border-style:dashed;background:none}.chain .unseen::before{content:"" / "not looked at:";margin:0}
.chain .broken{font-weight:700;border-width:2px}
.chain .broken em{font-style:normal;text-transform:uppercase;letter-spacing:.03em;font-size:.72rem;margin-left:.3em}`;

const folds = `
details.legend,.causes li,.domain,.finding{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
details.legend{margin-top:1.5rem;padding:.6rem 1rem}
.legend dl{display:grid;gap:.7rem;padding:.8rem 0 .4rem}
.legend dl div{display:grid;grid-template-columns:9rem 1fr;gap:.25rem 1rem}
.legend .chain{margin-bottom:.4rem}
.causes{display:grid;gap:.6rem}
.causes li{padding:.7rem 1rem;border-left:.35rem solid var(--none)}
.causes .error,.finding.error{border-left-color:var(--fail-fill)}.causes .warning,.finding.warning{border-left-color:var(--open-fill)}
.causes p+p{color:var(--soft);font-size:.92rem}
.times{color:var(--soft);margin-left:.5rem;white-space:nowrap}
.filter{border:0;padding:0;margin:0 0 .9rem;display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;align-items:center}
.filter legend{float:left;padding:0;margin-right:.2rem;color:var(--soft)}
.filter label{display:inline-flex;align-items:center;gap:.4rem;padding:.2rem 0;cursor:pointer}
.filter input{width:1.05rem;height:1.05rem;margin:0;accent-color:var(--focus)}
.count{color:var(--soft)}
section:has(input[value=fail]:checked) .domain:not(.fail),section:has(input[value=inconclusive]:checked) .domain:not(.inconclusive),section:has(input[value=pass]:checked) .domain:not(.pass),section:has(input[value=not-applicable]:checked) .domain:not(.not-applicable),section:has(input[value=gone]:checked) .domain:not(.gone){display:none}
.domain{margin-bottom:.5rem}
.domain>summary{display:grid;grid-template-columns:1rem 8.6rem minmax(0,1fr) 15rem;gap:.25rem .75rem;align-items:center;padding:.6rem 1rem;list-style:none;border-radius:.6rem}
.domain>summary::-webkit-details-marker{display:none}
.domain>summary::before{content:"▸" / "";color:var(--soft)}.domain[open]>summary::before{content:"▾" / ""}
.domain>summary:hover{background:var(--inset)}
.domain>summary .badge{justify-self:start}
h3{font-size:1rem;overflow-wrap:anywhere}
.proved{font-size:.9rem;color:var(--soft)}
.proved b{color:var(--ink)}
.tally{color:var(--soft);font-size:.9rem;font-weight:400;white-space:nowrap;margin-left:.75rem}
.proved svg{width:100%;height:.4rem;border-radius:.2rem;margin-top:.15rem}
.inside{padding:.25rem 1.25rem 1.25rem;border-top:1px solid var(--line)}
.facts{display:flex;flex-wrap:wrap;gap:.4rem 2rem;padding-top:.75rem}
dt{color:var(--soft);font-size:.82rem}
.finding{padding:.9rem 1.1rem;margin-bottom:.75rem;border-left:.35rem solid var(--none);background:var(--inset)}
.finding h5{font-size:1rem;margin-bottom:.35rem;display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center}
.finding dl{display:grid;gap:.35rem;margin-top:.75rem}
.finding dl div{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.75rem;align-items:baseline}
.finding pre,.finding p+dl{margin-top:.25rem}
pre.command{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.5rem .7rem;user-select:all}
span.key{font-size:.82rem;color:var(--soft);font-weight:400;overflow-wrap:anywhere}
.values{display:inline-flex;flex-wrap:wrap;gap:0 1.1rem}`;

const tables = `
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--soft);font-weight:600;font-size:.8rem}
tbody th{font-weight:500}
tbody th span.key{display:block}
.device{margin-bottom:1.25rem}
.device h5{font-size:.95rem;margin:.9rem 0 .2rem}
.limits th:nth-child(1){width:24%}.limits th:nth-child(2){width:22%}.limits th:nth-child(4){width:8.6rem}
.evidence{table-layout:fixed}
.evidence th:nth-child(1){width:22%}.evidence th:nth-child(4){width:28%}.evidence th:nth-child(5){width:8.6rem}
.evidence td>small{display:block}
.links>summary{padding:.45rem 0;color:var(--soft);font-size:.9rem}
.usage th:nth-child(2),.usage th:nth-child(4){width:27%}.usage th:nth-child(3){width:24%}
.bar{width:100%;height:.55rem;border-radius:.275rem;margin:.35rem 0 .2rem}
.unknown,.source{color:var(--soft)}
.source{display:block;font-weight:400;font-size:.78em}`;

const narrow = `
@media screen and (max-width:48rem){
body{padding:1.25rem .9rem 2rem}
h1{font-size:1.6rem}
.domain>summary{grid-template-columns:1rem auto 1fr}
.domain>summary h3{grid-column:2/-1}
.tally{display:block;margin:0}
.domain>summary .badge{grid-column:2}
.proved{grid-column:2/-1}
.inside{padding:.25rem .9rem 1rem}
.legend dl div,.finding dl div{grid-template-columns:1fr;gap:.05rem}
.limits,.limits tbody,.limits tr,.limits th,.limits td,.evidence,.evidence tbody,.evidence tr,.evidence th,.evidence td,.usage,.usage tbody,.usage tr,.usage th,.usage td{display:block;width:auto!important}
table thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
tbody tr{border-bottom:1px solid var(--line);padding:.5rem 0}
tbody th,tbody td{border:0;padding:.1rem 0}
.evidence td:nth-child(2)::before{content:"expected " / "";color:var(--soft)}.evidence td:nth-child(3)::before{content:"observed " / "";color:var(--soft)}
.usage td:nth-child(3)::before{content:"of " / "";color:var(--soft)}
.usage td:nth-child(4)::before{content:"held back " / "";color:var(--soft)}
.times{margin:0;display:block}
.chain li{font-size:.76rem;padding:.1rem .35rem}
.chain li+li{margin-left:.5rem}.chain li+li::after{width:calc(.5rem + 1px)}}`;

const paper = `
@media print{
:root{--page:#fff;--card:#fff;--inset:#fff;--ink:#000;--soft:#3d4852;--line:#b9c2cb;--strong:#6b7884;--pass:#0e4f2c;--pass-soft:#fff;--fail:#8c1510;--fail-soft:#fff;--open:#5f3e00;--open-soft:#fff;--none:#3d4852;--none-soft:#fff;--pass-fill:#2f9e64;--fail-fill:#d6453d;--open-fill:#d99a1c;--use:#3273c4;--held:#8a5fbf}
@page{margin:14mm}
html{font-size:11px}
body{padding:0;max-width:none;font-size:11px}
details:not(.links)::details-content,details.telling::details-content{content-visibility:visible!important;display:block!important;height:auto!important}
.filter,.domain>summary::before{display:none}
.domain>summary{grid-template-columns:9rem minmax(0,1fr) 15rem}
.chain{flex-wrap:nowrap}.chain li{padding:.05rem .35rem}.chain li+li{margin-left:.6rem}.chain li+li::after{width:calc(.6rem + 1px)}
.limits th:nth-child(1){width:22%}.limits th:nth-child(2){width:20%}
.links:not([open]):not(.telling){display:none}
.evidence th:nth-child(1){width:18%}.evidence th:nth-child(4){width:36%}
.domain{break-before:auto;margin-bottom:1rem}
summary,h2,h3,h4,h5,thead{break-after:avoid}
.finding,.causes li,tr,.facts{break-inside:avoid}
.domain,.finding,.causes li,details.legend{box-decoration-break:clone}
svg,ul.key li::before{print-color-adjust:exact}}`;

/** The style of the page, as it stands in its one style element. Holds neither quotes of ours nor anything from elsewhere. */
export const styleSheet = [colours, page, signs, folds, tables, narrow, paper].join('');
