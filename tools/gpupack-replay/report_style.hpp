// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace replay_program {

/// The page's style sheet. The hues are those of Okabe and Ito, with a lightness for each theme.
inline constexpr const char* report_style = R"css(
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16202b;--soft:#566370;--faint:#8592a0;
--rule:#e3e7ec;
--grid:#e9edf1;--accent:#0b6bb3;--mark:#eaf3fb;--shadow:0 1px 2px #0f1a2a0d,0 1px 8px #0f1a2a0a;
--hue-0:#0b6bb3;--hue-1:#d9560b;--hue-2:#0a8f6a;--hue-3:#b03a86;--hue-4:#b98300;--hue-5:#2f9fdc;
--hue-6:#55606c;
--heat-0:#9c1f1a;--heat-1:#d6572a;--heat-2:#efa04c;--heat-3:#f1d6a2;--heat-4:#dfe6ee}
@media (prefers-color-scheme:dark){:root{--page:#10151b;--card:#181f27;--ink:#e6ebf1;--soft:#a3afbc;
--faint:#76838f;
--rule:#2a333d;--grid:#242d36;--accent:#62b1f0;--mark:#1c2c3b;--shadow:none;
--hue-0:#4fa3e8;--hue-1:#ff8a4c;--hue-2:#2fc79a;--hue-3:#ea86bf;--hue-4:#f0bd3a;--hue-5:#a3dcff;
--hue-6:#b4bec9;
--heat-0:#ffe08a;--heat-1:#f5a742;--heat-2:#bd6a30;--heat-3:#66473a;--heat-4:#2a3642}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",
Arial,sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:1160px;margin:0 auto;padding:36px 24px 64px}
p{margin:2px 0 0;color:var(--soft);font-size:14px;max-width:104ch}
h1{margin:0;font-size:13px;font-weight:600;letter-spacing:.04em;color:var(--soft)}
.headline{margin:6px 0 22px;font-size:27px;line-height:1.28;font-weight:650;letter-spacing:-.012em;
max-width:40em;
text-wrap:balance;color:var(--ink)}
.headline span{white-space:nowrap}
.headline small{display:block;margin-top:8px;font-size:16px;font-weight:400;letter-spacing:0;
color:var(--soft)}
h2{margin:0;font-size:17px;font-weight:650;letter-spacing:-.005em}
h3{margin:0 0 6px;font-size:13px;font-weight:600}
h3 span{font-weight:400;color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:12px 36px;margin:0 0 16px}
.facts dt{font-size:12px;color:var(--soft)}
.facts dd{margin:0;font-size:16px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.command{margin:0 0 24px;padding:9px 13px;border:1px solid var(--rule);border-radius:8px;
background:var(--card);
font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--soft);
white-space:pre-wrap;overflow-wrap:anywhere}
.card{margin:0 0 20px;padding:20px 22px;background:var(--card);border:1px solid var(--rule);
border-radius:12px;
box-shadow:var(--shadow)}
.legend{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 14px;padding:0;list-style:none}
.chip{display:inline-flex;align-items:center;gap:7px;padding:3px 11px 3px 9px;border:1px solid var(--rule);
border-radius:99px;background:var(--card);color:inherit;font:inherit;font-size:13px;cursor:pointer}
.chip:hover,.chip[aria-pressed=true]{border-color:var(--c)}
.chip[aria-pressed=true]{box-shadow:inset 0 0 0 1px var(--c)}
.chip:focus-visible,select:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.chip.plain{cursor:default;border-color:transparent;background:none;color:var(--soft)}
.sample{width:30px;height:8px;flex:none;overflow:visible}
figure>svg{display:block;overflow:visible;width:100%;height:auto;margin-top:14px}
svg text{font-size:12.5px;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .axis-label{fill:var(--soft);font-weight:500}
.grid path{stroke:var(--grid);fill:none}
.axis{stroke:var(--faint);fill:none}
.ideal{stroke:var(--faint);fill:none;stroke-width:1.5;stroke-dasharray:1.5 4;stroke-linecap:round}
.line{stroke:var(--c);fill:none;stroke-width:2;stroke-linejoin:round}
.d1 .line,.d1.sample .line{stroke-dasharray:6.5 3.5}
.d2 .line,.d2.sample .line{stroke-dasharray:2 3}
.d3 .line,.d3.sample .line{stroke-dasharray:9 3 2 3}
.band{fill:var(--c);opacity:.11}
.dot{fill:var(--c);stroke:var(--card);stroke-width:1.2}
.hit{stroke:transparent;fill:none;stroke-width:11;pointer-events:stroke}
.limit{stroke:var(--ink);fill:none;stroke-width:1.5;stroke-dasharray:1.5 4;stroke-linecap:round}
.zero{stroke:var(--faint);fill:none}
.cause-0{fill:var(--hue-1)}.cause-1{fill:var(--hue-0)}.cause-2{fill:var(--hue-3)}.cause-3{fill:var(--faint)}
.cause-4{fill:var(--hue-4)}
.causes-key{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:12px;font-size:13px;color:var(--soft)}
.causes-key svg{width:11px;height:11px;margin-right:6px}
.kinds td small{display:block;font-size:11.5px;line-height:1.2;color:var(--soft)}
.dots{display:block;width:100%;height:auto;min-width:860px}
.dots .name{fill:var(--ink)}
.guide{stroke:var(--grid);fill:none}
.whisker{stroke:var(--c);fill:none;stroke-width:2.4;stroke-linecap:round;opacity:.6}
.row-hit{fill:transparent}
.series.on .row-hit{fill:var(--mark)}
.leader{stroke:var(--c);fill:none;opacity:.55}
.label text{fill:var(--ink)}
.label .value{fill:var(--soft)}
.label,.series{cursor:default;transition:opacity .12s}
.focusing .series:not(.on),.focusing .label:not(.on){opacity:.13}
.focusing .chip:not(.on):not(.plain){opacity:.45}
.series.on .line{stroke-width:3.2}.series.on .band{opacity:.24}.label.on text{font-weight:650}
.narrow{display:none!important}
.scroll{overflow-x:auto;margin:14px -22px -6px;padding:0 22px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:7px 0 7px 22px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
tr:last-child>*{border-bottom:0}
thead th{font-size:12.5px;font-weight:500;color:var(--soft);vertical-align:bottom;line-height:1.3;
padding-top:0}
th:first-child{text-align:left;padding-left:8px;font-weight:500}
th:last-child,td:last-child{padding-right:8px}
tbody th .sample{margin-right:10px;vertical-align:middle}
tbody tr.on{background:var(--mark)}
.pip{display:inline-block;width:9px;height:9px;margin-right:10px;border-radius:50%;background:var(--c)}
.kinds th,.kinds td{padding:4px 14px}
.kinds thead th:not(:first-child){white-space:normal;min-width:6em;vertical-align:bottom}
.kinds thead tr:first-child>*{border-bottom:0}
.kinds .share>*{font-size:12.5px;font-weight:400;color:var(--soft);padding:2px 14px 6px;border-bottom:1px solid
var(--rule)}
.kinds .share th:first-child,.kinds th:first-child{padding-left:8px}
.kinds td[style],.kinds-key i{background:rgba(217,86,11,calc(.62*var(--p)))}
.kinds-key{display:flex;flex-wrap:wrap;align-items:center;gap:3px;margin-top:12px;font-size:12.5px;
color:var(--soft)}
.kinds-key i{min-width:34px;padding:1px 6px;text-align:center;font-style:normal;color:var(--ink);
border-radius:3px;box-shadow:inset 0 0 0 1px var(--rule)}
.kinds-key i:first-child{margin-left:8px}
.best th,.best td{font-weight:650}
.tag{margin-left:9px;padding:1px 7px;border-radius:99px;background:var(--accent);color:var(--card);
font-size:11px;
font-weight:600}
.range{color:var(--soft);font-weight:400}
td.bar{width:112px;min-width:112px;padding-left:12px}
.bar i{display:block;height:8px;border-radius:2px;background:var(--c);opacity:.85;min-width:1px}
.heat-head{display:flex;flex-wrap:wrap;gap:10px 24px;justify-content:space-between;align-items:flex-start}
.heat-head label{display:flex;align-items:center;max-width:100%;font-size:13px;color:var(--soft)}
select{margin-left:6px;padding:6px 9px;border:1px solid var(--rule);border-radius:8px;
background:var(--card);
color:var(--ink);font:inherit;font-size:14px;min-width:0;max-width:360px}
.heat-key{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px;margin:14px 0 18px;font-size:13px;
color:var(--soft)}
.heat-key i{width:160px;height:10px;border-radius:3px;
background:linear-gradient(90deg,var(--heat-0),var(--heat-1),var(--heat-2),var(--heat-3),var(--heat-4))}
#heat-sum{margin-left:14px;font-variant-numeric:tabular-nums}
.model{margin-top:18px}
.model canvas{display:block;width:100%;touch-action:pan-y}
#tip{position:fixed;z-index:9;pointer-events:none;max-width:300px;padding:7px 10px;border-radius:8px;
font-size:12.5px;
line-height:1.45;background:var(--ink);color:var(--page);font-variant-numeric:tabular-nums;
overflow-wrap:anywhere}
#tip b{display:block}
footer{font-size:13px;color:var(--faint)}
@media (max-width:720px){main{padding:22px 12px 40px}.headline{font-size:21px}.card{padding:16px 14px}
.wide{display:none!important}.narrow{display:block!important}.scroll{margin:12px -14px -4px;padding:0 14px}
th,td{padding-left:16px}td.bar{display:none}
tbody th{white-space:normal;overflow-wrap:anywhere;min-width:150px}
.facts{gap:10px 26px}#heat-sum{margin-left:0;flex-basis:100%}
tbody th,thead th:first-child{position:sticky;left:-14px;background:var(--card);padding-left:14px;
margin-left:-14px}}
)css";

} // namespace replay_program
