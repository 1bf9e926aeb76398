// The style sheet of the page: one column, system fonts, nothing that has to be loaded.

import { cssColours } from '../palette.ts';

export const styleSheet = `${cssColours(':root')}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding:2.75rem 0 .5rem}
h1{font-size:1.9rem;line-height:1.2;margin:.15rem 0 .9rem;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.15rem;font-weight:650;margin:0 0 .9rem}
h2.inline{margin:0}
summary+.scroll{margin-top:.9rem}
h3{font-size:1rem;font-weight:600;margin:0;overflow-wrap:anywhere}
p{margin:0 0 .75rem}
a{color:var(--accent)}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono","DejaVu Sans Mono",monospace;font-size:.86em}
.over{color:var(--muted);font-size:.85rem;letter-spacing:.02em}
.muted{color:var(--muted)}
.small{font-size:.86rem}
.scroll+p{margin:.8rem 0 0}
.isolate{unicode-bidi:isolate}
.verdict{display:flex;gap:.75rem;align-items:baseline;flex-wrap:wrap;margin:0 0 .35rem}
.verdict p{margin:0;flex:1 1 16rem;overflow-wrap:anywhere}
.badge{display:inline-block;border-radius:.4rem;padding:.08rem .55rem;font-size:.82rem;font-weight:650;white-space:nowrap;background:var(--track);color:var(--text)}
.badge.good{background:var(--good-ground);color:var(--good)}
.badge.bad{background:var(--bad-ground);color:var(--bad)}
.badge.warn{background:var(--warn-ground);color:var(--warn)}
.hint{color:var(--muted);margin:0 0 .25rem}
.notice{border-left:3px solid var(--accent);padding:.1rem 0 .1rem .8rem;margin:1rem 0;color:var(--muted);font-size:.92rem}
dl.facts{display:grid;grid-template-columns:repeat(4,1fr);gap:.9rem 1.5rem;margin:1.5rem 0 0;padding:1.1rem 0 0;border-top:1px solid var(--line)}
dl.facts .wide{grid-column:span 2}
dl.facts dt{color:var(--muted);font-size:.82rem}
dl.facts dd{margin:0;overflow-wrap:anywhere}
section{background:var(--surface);border:1px solid var(--line);border-radius:.75rem;padding:1.3rem 1.4rem;margin:1.25rem 0}
.scroll{overflow-x:auto;border-radius:.4rem}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--muted);font-size:.86rem;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem .5rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--muted);font-weight:500;font-size:.82rem;white-space:nowrap;padding-top:0}
tbody th{font-weight:600}th .muted{font-weight:400}
tr.group th{padding-top:1.1rem;color:var(--muted);font-weight:500;font-size:.82rem;border-top:0}
td.num,th.num{text-align:right;white-space:nowrap;padding-right:0;font-variant-numeric:tabular-nums}
.nowrap{white-space:nowrap}
ul.plain,ol.plain{list-style:none;margin:0;padding:0}
.mark{display:inline-block;min-width:1.1em;font-weight:700}
.mark.good{color:var(--good)}.mark.bad{color:var(--bad)}.mark.warn{color:var(--warn)}.mark.same{color:var(--muted)}
.item{padding:.85rem 0}
.item+.item{border-top:1px solid var(--line)}
h2+.item{padding-top:0}
.item:last-child{padding-bottom:0}
ul.paths{margin:.4rem 0 0;font-size:.92rem}ul.paths li{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;padding:.22rem 0;overflow-wrap:anywhere}
.head{display:flex;flex-wrap:wrap;gap:.3rem .7rem;align-items:baseline}
.head .end{margin-left:auto;white-space:nowrap}
.item p{margin:.3rem 0 0;overflow-wrap:anywhere}
pre{margin:.6rem 0 0;padding:.7rem .85rem;background:var(--code);border:1px solid var(--line);border-radius:.5rem;overflow-x:auto;line-height:1.45;white-space:pre;tab-size:4}
pre.diff{padding:.35rem 0}
.diff span{display:block;min-width:max-content;padding:0 .85rem}
.diff .add{background:var(--added-ground);color:var(--added)}
.diff .del{background:var(--removed-ground);color:var(--removed)}
.diff .ctx{color:var(--muted)}
details>summary{cursor:pointer;list-style:none;display:flex;gap:.6rem;align-items:baseline}
details>summary::-webkit-details-marker{display:none}
details>summary::after{content:'+';order:2;margin-left:auto;color:var(--muted);font-weight:600}
details[open]>summary::after{content:'−'}
.name-line{display:flex;gap:.5rem;align-items:baseline;min-width:0;overflow-wrap:anywhere}
.name-line .mono{min-width:0}
.name-line .mark{min-width:.8em}
.stage{display:flex;justify-content:space-between;gap:1rem;font-weight:600;font-size:.92rem;margin:1.1rem 0 .3rem}
.stage:first-of-type{margin-top:0}
.row{display:grid;grid-template-columns:13.5rem 1fr 4.6rem;gap:.9rem;align-items:center;padding:.12rem 0;font-size:.9rem}
.row .name{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.row .time{text-align:right;color:var(--muted);font-variant-numeric:tabular-nums;white-space:nowrap}
svg.bar{display:block;width:100%;height:.95rem;border-radius:.2rem;background:var(--track);overflow:hidden}
svg.axis{display:block;width:100%;height:1.2rem;overflow:visible}
svg.axis text{fill:var(--muted);font-size:.75rem}
svg line{stroke:var(--line)}
.changed{fill:var(--bar)}.command{fill:var(--bar-command)}.unchanged,.skipped{fill:var(--bar-same)}.failed{fill:var(--bad)}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.9rem 0 0;color:var(--muted);font-size:.84rem}
.key svg{width:.8rem;height:.8rem;vertical-align:-.08rem;margin-right:.4rem}
footer{color:var(--muted);font-size:.84rem;padding-bottom:3rem}
@media (max-width:40rem){
body{font-size:15.5px}
main,footer{padding:0 .9rem}
header{padding-top:1.6rem}
h1{font-size:1.55rem}
section{padding:1.05rem 1rem;margin:1rem 0;border-radius:.6rem}
dl.facts{grid-template-columns:1fr 1fr;gap:.75rem 1rem}
.row{grid-template-columns:1fr auto;gap:.05rem .8rem;padding:.3rem 0}
.row svg{grid-column:1/-1;grid-row:2}
.row.ticks .name,.row.ticks .time{display:none}
.head .end{margin-left:0;flex-basis:100%}
table.cards,table.cards tbody,table.cards tr,table.cards td,table.cards th{display:block;width:100%}
table.cards thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
table.cards tr{border-top:1px solid var(--line);padding:.6rem 0}
table.cards tr:first-child{border-top:0}
table.cards td,table.cards th{border:0;padding:.12rem 0}
table.cards td[data-title]::before{content:attr(data-title);display:block;color:var(--muted);font-size:.8rem;margin-top:.3rem}
table.cards td:empty{display:none}
table.steps tr{display:grid;grid-template-columns:1fr auto;gap:0 .8rem}
table.steps th,table.steps td{width:auto;min-width:0;overflow-wrap:anywhere}
table.steps tr.group{display:block;padding-bottom:0}
table.steps tr.group+tr{border-top:0}
table.steps td.what{grid-column:1/-1;grid-row:2}
}
@media print{
body{font-size:10.5pt}
main,footer{max-width:none;padding:0}
header{padding-top:0}
section{border:0;border-top:1px solid var(--line);border-radius:0;padding:.8rem 0;margin:0}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
.diff span{min-width:0}
.scroll,pre{overflow:visible}
details>summary::after{content:none}
details::details-content{content-visibility:visible;height:auto}
.item,.row,tr{break-inside:avoid}
}`;
