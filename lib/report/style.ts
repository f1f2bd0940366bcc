import { fontFaces } from "./fonts.ts";
import { LIGHT, TINT } from "./tokens.ts";

/** The style sheet of a report, fonts inside: a sheet of paper on screen, A4 in print, one column on a phone. */
export function styleSheet(): string {
  const colours = Object.entries(LIGHT).map(([name, value]) => `--${name}:${value}`);
  return `${fontFaces()}\n:root{${colours.join(";")}}\n${SCREEN}\n${PHONE}\n${PRINT}`;
}

const CJK = '"PingFang SC","Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei"';
const INSTRUMENT = `"B612",${CJK},sans-serif`;
const PROSE = `"IBM Plex Sans Variable",${CJK},sans-serif`;
const LOG = `ui-monospace,"IBM Plex Mono",Menlo,Consolas,monospace`;
const percent = (share: number): string => `${share * 100}%`;

const SCREEN = `
*{box-sizing:border-box}
:root{color-scheme:light;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:400 15px/24px ${PROSE};font-variant-numeric:tabular-nums;-webkit-print-color-adjust:exact;print-color-adjust:exact}
h1,h2,p,figure,ol,dl,dd{margin:0;padding:0}
.num{font-family:${INSTRUMENT};font-weight:400}
p .num,.keep{white-space:nowrap}
[data-severity=good]{--v:var(--good);--m:var(--good-mark)}
[data-severity=note]{--v:var(--note);--m:var(--note-mark)}
[data-severity=caution]{--v:var(--caution);--m:var(--caution-mark)}
[data-severity=critical]{--v:var(--critical);--m:var(--critical-mark)}
[data-severity=none]{--v:var(--dim);--m:var(--control)}
.icon{flex:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.tiles{position:absolute;width:0;height:0}
.edge{display:block;width:44px;height:6px;margin-top:7px}
.sheet{width:888px;max-width:100%;margin:24px auto;padding:44px 64px 56px;background:var(--panel);border:1px solid var(--hair)}
.by{display:flex;justify-content:space-between;align-items:center;gap:20px;margin-bottom:26px;padding-bottom:12px;border-bottom:1px solid var(--ink);font-size:12.5px;line-height:20px;color:var(--faint)}
.brand{display:flex;align-items:center;gap:8px;font:700 13px/20px ${INSTRUMENT};color:var(--ink)}
h1{font:700 30px/36px ${INSTRUMENT};overflow-wrap:anywhere}
.sub{margin-top:2px;font-size:14px;color:var(--dim);overflow-wrap:anywhere}
.outcome{margin:18px 0 22px;font-size:20px;line-height:30px;text-wrap:pretty}
.outcome .num{font-size:.95em}
.chip{display:inline-flex;align-items:center;gap:6px;height:26px;margin:0 1px;padding:0 8px 0 6px;border-radius:3px;vertical-align:-4px;font:400 15px/1 ${INSTRUMENT};color:var(--v);background:color-mix(in srgb,var(--m) ${percent(TINT.chip)},transparent);white-space:nowrap}
.failure{margin:-6px 0 22px;font-size:13px;line-height:20px;color:var(--dim)}
pre{margin:4px 0 0;padding:8px 10px;border-radius:3px;font:400 12px/18px ${LOG};white-space:pre-wrap;overflow-wrap:anywhere;color:var(--ink)}
.failure pre{background:color-mix(in srgb,var(--critical-mark) 8%,transparent)}
.keys{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:12px 16px;padding:13px 0 12px;border:solid var(--hair);border-width:1px 0}
.keys div{display:grid;align-content:start}
.keys dt{font-size:12px;line-height:16px;color:var(--faint)}
.keys dd{font-size:12px;line-height:16px;color:var(--dim)}
.keys dd.num{font-size:20px;line-height:28px;color:var(--ink)}
.keys dd.lost{color:var(--critical)}
h2{margin:38px 0 10px;font:700 17px/24px ${INSTRUMENT};break-after:avoid}
h2+p{max-width:68ch;margin-bottom:12px;color:var(--dim)}
figure{break-inside:avoid}
figure>svg{display:block;width:100%;height:auto;overflow:visible}
figure>svg.narrow{display:none}
figcaption{max-width:78ch;margin-top:8px;font-size:13px;line-height:19px;color:var(--dim)}
figcaption b:first-child{font-weight:600;color:var(--ink)}
.head{font:400 12px ${PROSE};fill:var(--dim);stroke:var(--panel);stroke-width:4px;paint-order:stroke}
.head .name{font:700 12px ${INSTRUMENT};fill:var(--ink)}
.head .line{font-weight:700}
.head .ring{font-size:9px;font-weight:700}
.word{font:400 11.5px ${INSTRUMENT};fill:var(--ink)}
.peak{font:400 11px ${INSTRUMENT};fill:var(--dim);stroke:var(--panel);stroke-width:3px;paint-order:stroke}
.flag{font:700 11px ${INSTRUMENT};text-anchor:middle}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:13px;line-height:19px}
th{padding:4px 14px 6px 0;border-bottom:1px solid var(--rule);font-weight:400;font-size:12px;text-align:left;color:var(--faint);white-space:nowrap}
td{padding:7px 14px 7px 0;border-bottom:1px solid var(--hair);vertical-align:top}
th:last-child,td:last-child{padding-right:0}
tr{break-inside:avoid}
td.num{font-size:12.5px;white-space:nowrap}
th.r,td.r{text-align:right}
td.soft{color:var(--dim)}
td.mark{width:28px}
td.swatch{width:58px}
.call{display:inline-flex;align-items:center;gap:7px;font:700 13px/19px ${INSTRUMENT};color:var(--v);white-space:nowrap}
.number{display:block;width:18px;height:18px;border:1px solid var(--m);border-radius:2px;font:700 11px/16px ${INSTRUMENT};text-align:center;color:var(--v)}
.settings{columns:2;column-gap:36px}
.settings div{display:grid;grid-template-columns:20px 122px 1fr;padding:5px 0;border-bottom:1px solid var(--hair);font-size:13px;line-height:19px;break-inside:avoid}
.settings.plain div{grid-template-columns:122px 1fr}
.settings dt,.settings dd{overflow-wrap:anywhere}
.settings .num{font-size:12.5px}
.settings small{display:block;font-size:12px;line-height:16px;color:var(--faint)}
.settings svg{margin-top:3px;color:var(--m)}
.next{display:grid;gap:14px;list-style:none}
.next li{display:grid;grid-template-columns:30px 1fr 262px;gap:0 14px;align-items:start;break-inside:avoid}
.next li>.n{font:700 20px/26px ${INSTRUMENT};color:var(--advise)}
.next h3{margin:0;font:700 15px/24px ${INSTRUMENT}}
.next p{font-size:14px;line-height:21px;color:var(--dim)}
.next li.plain>div{grid-column:2/-1}
.next pre{margin-top:2px;background:color-mix(in srgb,var(--advise-mark) 8%,transparent)}
.next s{color:var(--faint)}
.foot{display:flex;justify-content:space-between;gap:30px;margin-top:36px;padding-top:12px;border-top:1px solid var(--ink);font-size:12px;line-height:18px;color:var(--faint)}
.foot .num{text-align:right;overflow-wrap:anywhere}
.links{position:fixed;top:24px;left:calc(50% + 460px);display:grid;gap:8px}
.links a{padding:3px 10px;border:1px solid var(--rule);border-radius:5px;background:var(--panel);font-size:12px;line-height:18px;color:var(--ink);text-decoration:none}
.links a:first-child{border-color:var(--ink);background:var(--ink);color:var(--panel)}
.links a:hover{border-color:var(--ink)}
.links a:focus-visible,.scroll:focus-visible{outline:2px solid var(--note-mark);outline-offset:2px}
:lang(zh){line-break:strict}
@media screen and (max-width:1180px){.links{position:static;display:flex;flex-wrap:wrap;width:888px;max-width:100%;margin:14px auto -10px;padding:0 16px}}`;

const PHONE = `
@media screen and (max-width:720px){
.sheet{margin:0;padding:18px 16px 40px;border:0}
.links{margin:0;padding:10px 16px 0;background:var(--panel)}
.by{margin-bottom:18px}
h1{font-size:24px;line-height:30px}
.outcome{font-size:18px;line-height:27px}
.keys{grid-auto-flow:row;grid-template-columns:repeat(3,1fr)}
h2{margin-top:32px}
figure>svg.wide{display:none}
figure>svg.narrow{display:block}
.settings{columns:1}
.next li{grid-template-columns:24px minmax(0,1fr)}
.next pre{grid-column:2}
.scroll{margin-right:-16px;padding-right:16px}
.broad table{min-width:600px}
.foot{display:grid;gap:6px}
.foot .num{text-align:left}
}`;

const PRINT = `
@page{size:A4;margin:16mm}
@media print{
body{background:none}
.sheet{width:auto;margin:0;padding:0;border:0}
.links{display:none}
.scroll{overflow:visible}
}`;
