/**
 * The page's looks: one column of text, one face for reading and one for ids, figures of one width, colour only where
 * somebody has to look. Contrast is WCAG AA in both schemes; nothing is said by colour alone.
 */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fdfdfb;--ink:#1b1c1e;--soft:#575b61;--line:#dcdcd6;--wash:#f3f3ee;--calm:#21574a;--valid:#cfe3da;--over:#ecebe6;--doubt:#7a4b00;--band:#f3d9a4;--loud:#a3161b;--louds:#fbecea;--link:#1d4f91}
@media (prefers-color-scheme:dark){:root{--paper:#141517;--ink:#ecebe7;--soft:#a8abb0;--line:#34363a;--wash:#1d1f22;--calm:#9fd6c2;--valid:#23433a;--over:#27292d;--doubt:#f0c277;--band:#5a4416;--loud:#ff9d95;--louds:#331c1c;--link:#9cc3ff}}
*{box-sizing:border-box}[hidden]{display:none!important}
html{font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums;-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere}
header,main,footer,nav>ul{max-width:74rem;margin:0 auto;padding:0 clamp(1rem,4vw,3rem)}
h1,h2,h3{font-weight:600;line-height:1.2;text-wrap:balance;margin:0}
h1{font-size:.95rem;letter-spacing:.01em;color:var(--soft)}
h2{font-size:1.55rem;letter-spacing:-.015em;margin:0 0 .6rem}
h3{font-size:1rem}
p{margin:.5rem 0;max-width:68ch}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:1px}
a:focus-visible,summary:focus-visible,input:focus-visible,select:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
code,pre,kbd{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.86em}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:2}
.local{background:var(--ink);color:var(--paper);text-align:center;padding:.7rem 1rem;margin:0;max-width:none;letter-spacing:.02em}
.local strong{letter-spacing:.14em}
header{padding-top:clamp(2rem,6vw,4.5rem)}
.lead{font:400 clamp(1.5rem,3.4vw,2.35rem)/1.28 "Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,"DejaVu Serif",serif;letter-spacing:-.012em;max-width:30em;margin:.9rem 0 2.2rem;text-wrap:pretty}
.lead .n{white-space:nowrap}.lead .loud{color:var(--loud)}
.sum{display:flex;flex-wrap:wrap;align-items:flex-start;gap:.4rem 1rem;margin:0 0 .6rem;padding:0;list-style:none}
.sum li{display:flex;gap:1rem}.sum .op{color:var(--soft);font-size:1.5rem;line-height:1.2}
.sum b{display:block;font-size:1.5rem;font-weight:600;line-height:1.2}.sum small{display:block;color:var(--soft);font-size:.82rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem 2.5rem;margin:2rem 0 0;padding:1.4rem 0 0;border-top:1px solid var(--line)}
dt{color:var(--soft);font-size:.82rem}dd{margin:0}
nav{margin:2.4rem 0 0;border-block:1px solid var(--line);background:var(--wash)}
nav>ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;padding-block:.55rem}
nav a{text-decoration:none;color:var(--ink);font-size:.92rem;padding:.3rem 0;display:inline-block}nav a:hover{text-decoration:underline}
section{margin:0;padding:clamp(2.4rem,5vw,4rem) 0 0}
section>p:first-of-type{color:var(--soft)}
footer{margin-top:4rem;padding-block:1.5rem 3rem;color:var(--soft);font-size:.88rem}
.scroll{overflow-x:auto;margin:1.1rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--soft);padding:0 0 .5rem;font-size:.88rem}
th,td{text-align:left;vertical-align:top;padding:.55rem 1.1rem .55rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.82rem;white-space:nowrap}
tbody th{font-weight:500}
.r{text-align:right}td small,th small{display:block;color:var(--soft)}
.w{min-width:15rem}.x{min-width:19rem}.nw{white-space:nowrap}th code{overflow-wrap:normal}
.total td,.total th{border-top:2px solid var(--ink);font-weight:600}
tr:target,article:target{outline:2px solid var(--link);outline-offset:4px}
.v{display:inline-flex;align-items:center;gap:.45rem;white-space:nowrap}.v.loud{color:var(--loud);font-weight:600}.v.soft{color:var(--doubt)}
.i{width:1rem;height:1rem;flex:none;overflow:visible}
.m{fill:none;stroke:var(--calm);stroke-width:1.6;stroke-linejoin:round}.m .f{fill:currentColor}.m .o{fill:var(--paper)}
.m.calm{color:var(--calm);stroke:var(--calm)}.m.soft{color:var(--doubt);stroke:var(--doubt);stroke-width:2}.m.loud{color:var(--loud);stroke:var(--loud);stroke-width:2}.m.mute{color:var(--soft);stroke:var(--soft)}
.defs{position:absolute}
.quiet,.quiet .v{color:var(--soft);font-weight:400}.quiet .i{opacity:.55}
.none{border-left:3px solid var(--calm);padding:.2rem 0 .2rem 1rem}
.bad{border-left:3px solid var(--loud);padding:.2rem 0 .2rem 1rem}
.filter{display:flex;flex-wrap:wrap;gap:.8rem 1.4rem;align-items:end;margin:1.5rem 0 1.8rem}
.filter[hidden]{display:none}
.filter label{display:grid;gap:.25rem;font-size:.82rem;color:var(--soft)}
.filter input,.filter select{font:inherit;font-size:1rem;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:3px;padding:0 .6rem;height:2.5rem;width:17rem;max-width:100%}
.filter output{line-height:2.5rem;font-size:.92rem}
.writ{border-top:1px solid var(--line);padding:1.5rem 0 1.3rem;display:grid;grid-template-columns:minmax(15rem,19rem) minmax(0,1fr);gap:.3rem 2.5rem;break-inside:avoid}
.writ>header{padding:0;margin:0;max-width:none}
.writ h3{font-weight:500;font-size:.9rem}.writ h3 a{color:inherit;text-decoration:none}.writ h3 a:hover{text-decoration:underline}
.writ .who{margin:.35rem 0 .2rem;line-height:1.4}.writ .who b{font-weight:600}
.writ .small,.note{color:var(--soft);font-size:.84rem;margin:.15rem 0}
.time{display:block;width:100%;overflow:visible;margin:.1rem 0 .5rem}
.axis{stroke:var(--line)}.valid{fill:var(--valid)}.over{fill:var(--over);stroke:var(--line)}.band{fill:var(--band);fill-opacity:.65}.edge{stroke:var(--doubt);stroke-dasharray:2 2}
.t{font-size:11.5px;fill:var(--soft)}.e{text-anchor:end}.c{text-anchor:middle}
.against{display:grid;grid-template-columns:5.2rem minmax(0,1fr);gap:.15rem .8rem;margin:0;font-size:.88rem}
.against dt{font-size:.82rem;padding-top:.08rem}.against .k{display:inline-flex;align-items:center;gap:.4rem;margin-right:1.1rem;white-space:nowrap}
details{font-size:.86rem;margin:.45rem 0 0}summary{color:var(--soft);cursor:pointer;width:fit-content}
details ul{list-style:none;margin:.4rem 0;padding:0}details li{padding:.1rem 0}
.steps p,.steps>li{max-width:80ch}
pre{background:var(--wash);border:1px solid var(--line);border-radius:3px;padding:.8rem 1rem;overflow-x:auto;white-space:pre-wrap;margin:.5rem 0 1.2rem;max-width:80ch;line-height:1.45}
.steps{padding:0;margin:1.2rem 0;list-style:none;counter-reset:s}.steps>li{counter-increment:s;padding-left:2.4rem;position:relative;margin:0 0 1.1rem}.steps>li::before{content:counter(s);position:absolute;left:0;top:.05rem;color:var(--soft);font-size:1.05rem}
.limits{padding-left:1.1rem;max-width:68ch}.limits li{margin:.5rem 0}
.u{font:600 .78em ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;border:1px solid var(--doubt);color:var(--doubt);border-radius:2px;padding:0 .2em;margin:0 .1em}
.cut{color:var(--soft);font-size:.86em}
.gap{display:block;width:100%;min-width:9rem;height:12px}.gap .g{fill:var(--valid);stroke:var(--calm);stroke-width:.5}.gap .h{fill:var(--paper);stroke:var(--loud);stroke-width:1}
@media (max-width:52rem){.t tspan{display:none}.writ{grid-template-columns:minmax(0,1fr);gap:.7rem}.sum{gap:.5rem .8rem}.sum li{gap:.8rem}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--wash:#fff;--calm:#111;--valid:#ddd;--over:#fff;--doubt:#000;--band:#bbb;--loud:#000;--louds:#fff;--link:#000}
@page{margin:16mm 14mm}html{font-size:9.5pt}header{padding-top:0}nav,.filter,.skip{display:none}
header,main,footer{max-width:none;padding:0}.lead{font-size:17pt}.local{background:none;color:#000;border:2px solid #000}
h2,h3,caption{break-after:avoid}tr,pre,.steps>li{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}
table{font-size:8.5pt}th,td{padding:.35rem .7rem .35rem 0}.w,.x{min-width:0}section{padding-top:9mm}
.writ{grid-template-columns:52mm minmax(0,1fr);gap:1mm 6mm}.v.loud{font-weight:700}
details::details-content{content-visibility:visible;display:block;block-size:auto}a{text-decoration:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (forced-colors:active){.m{stroke:CanvasText;color:CanvasText}.valid,.over,.band{stroke:CanvasText}}
`;
