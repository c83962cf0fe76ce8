#include "reports/html_templates.h"

namespace assidu::reports {

const std::string_view kStyle = R"css(
@page { size: A4; margin: 14mm 13mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: #1c2126; background: #fff;
  font: 0.95rem/1.45 "Liberation Sans", Arial, Helvetica, sans-serif; }
header { border-bottom: 3px solid #1f4e79; padding-bottom: 0.7rem; }
header p { margin: 0.15rem 0; }
.logo { float: right; height: auto; margin: 0 0 0.5rem 1rem; max-width: 12rem; }
.node { color: #1f4e79; font-weight: bold; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.2rem 0; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 0.5rem; color: #1f4e79; break-after: avoid; }
dl { display: grid; grid-template-columns: minmax(11rem, max-content) 1fr; gap: 0.15rem 1.2rem; margin: 0.5rem 0; }
dt { color: #566069; }
dd { margin: 0; overflow-wrap: anywhere; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: 0.6rem; }
.totals.four { grid-template-columns: repeat(4, 1fr); }
.totals div { border: 1px solid #c9d1d8; border-top: 3px solid #1f4e79; padding: 0.45rem 0.7rem; break-inside: avoid; }
.totals dt { font-size: 0.85rem; }
.totals dd { font-size: 1.35rem; font-weight: bold; font-variant-numeric: tabular-nums; }
.totals small { display: block; font-size: 0.75rem; font-weight: normal; line-height: 1.3; color: #566069; }
table { border-collapse: collapse; width: 100%; margin: 1.6rem 0 0.6rem; font-size: 0.88rem; }
caption { text-align: left; font-size: 1.1rem; font-weight: bold; color: #1f4e79; padding-bottom: 0.35rem;
  break-after: avoid; }
thead { display: table-header-group; break-inside: avoid; break-after: avoid; }
#outages, #dropped { break-inside: avoid; }
tr { break-inside: avoid; }
tbody:first-of-type > tr:first-child { break-before: avoid; }
th, td { border-bottom: 1px solid #dde3e8; padding: 0.26rem 0.5rem; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #8a97a3; vertical-align: bottom; }
tbody th { font-weight: normal; min-width: 9.5rem; overflow-wrap: anywhere; }
tbody th.t { min-width: 0; }
tbody tr.lead th, tbody tr.lead td, tbody tr.sum th, tbody tr.sum td { font-weight: bold; }
tbody tr.lead { break-after: avoid; }
tbody tr.lead th, tbody tr.lead td { background: #f1f5f8; }
tbody tr.part th { padding-left: 1.6rem; }
tbody tr.rest th { padding-left: 1.6rem; font-style: italic; }
tbody tr.sum th, tbody tr.sum td { border-top: 2px solid #8a97a3; border-bottom: 0; }
.close { font-size: 0.8rem; }
.close th, .close td { padding: 0.24rem 0.35rem; }
.close tbody th { min-width: 7rem; }
.close code { display: block; font-size: 0.95em; white-space: nowrap; }
.matrix { table-layout: fixed; }
.matrix tbody th { min-width: 0; }
.matrix thead th { overflow-wrap: break-word; hyphens: auto; }
.matrix sup { line-height: 0; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th.n, thead th.t { white-space: normal; }
.quiet { color: #566069; font-weight: normal; }
.note { font-size: 0.82rem; color: #566069; margin: 0.3rem 0; }
.notice { border-left: 4px solid #a86400; background: #fdf6ea; padding: 0.6rem 0.9rem; margin: 1.2rem 0; }
.notice p { margin: 0.2rem 0; }
.mark { display: block; font-size: 0.8rem; color: #8a5200; }
code { font: 0.85em "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
ul { margin: 0.2rem 0; padding-left: 1.2rem; }
.signature { border: 1px solid #8a97a3; min-height: 6.5rem; padding: 0.5rem 0.8rem; margin-top: 2rem; color: #566069;
  font-size: 0.85rem; break-inside: avoid; }
@media print { html { font-size: 13px; } body { padding: 0; max-width: none; }
  th, td { padding: 0.22rem 0.35rem; }
  tbody tr.lead th, tbody tr.lead td { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
)css";

const std::string_view kHeadBegin = R"html(<!DOCTYPE html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {{style_source}};{{#logo}} img-src data:;{{/logo}} base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>{{title}} - {{about}} - {{period}}</title>
<style>)html";

const std::string_view kHeadEnd = R"html(</style>
</head>
<body>
<header>
{{#logo}}
<img class="logo" src="data:image/png;base64,{{png}}" width="{{width}}" height="{{height}}" alt="{{alt}}"/>
{{/logo}}
<p class="node">{{node_name}}</p>
<h1>{{title}}</h1>
<p>{{w_period}}{{colon}} <span data-from="{{period_from}}" data-to="{{period_to}}">{{period}}</span></p>
{{#received}}
<p id="issued-by">{{issued_by}}</p>
{{/received}}
{{#look_header}}
<p class="quiet">{{line}}</p>
{{/look_header}}
</header>
<main>
)html";

const std::string_view kStudentMain = R"html(<section>
<h2>{{w_identity}}</h2>
<dl>
<dt>{{w_name}}</dt><dd><strong>{{about}}</strong></dd>
{{#identity}}
<dt>{{label}}</dt><dd>{{text}}</dd>
{{/identity}}
<dt>{{w_pseudonym}}</dt><dd><code>{{pseudonym}}</code></dd>
</dl>
</section>
{{#has_dossiers}}
<section id="dossiers">
<h2>{{w_dossier_caption}}</h2>
{{#dossiers}}
<dl data-dossier="{{place}}" data-from="{{from}}" data-to="{{to}}"{{#planned}} data-planned-s="{{s}}"{{/planned}}>
{{#fields}}
<dt>{{label}}</dt><dd>{{text}}</dd>
{{/fields}}
</dl>
{{/dossiers}}
</section>
{{/has_dossiers}}
<section>
<h2>{{w_summary}}</h2>
<dl class="totals" id="totals">
<div><dt>{{w_measured}}</dt><dd data-measured-s="{{total_m_s}}">{{total_m}} <small>{{total_m_seconds}}</small><small>{{w_measured_note}}</small></dd></div>
<div><dt>{{w_credited}}</dt><dd data-credited-s="{{total_c_s}}">{{total_c}} <small>{{total_c_seconds}}</small><small>{{w_credited_note}}</small></dd></div>
<div><dt>{{w_days}}</dt><dd data-days="{{total_days}}">{{total_days}}</dd></div>
<div><dt>{{w_sessions}}</dt>{{#sessions_known}}<dd data-sessions="{{total_sessions}}">{{total_sessions}}</dd>{{/sessions_known}}{{^sessions_known}}<dd>{{total_sessions}} <small>{{w_no_data}}</small></dd>{{/sessions_known}}</div>
<div><dt>{{w_events}}</dt><dd data-events="{{total_ev}}">{{total_ev}}</dd></div>
</dl>
<p class="note">{{w_hms_note}}</p>
</section>
{{#no_trace}}
<div class="notice" id="no-trace">
<p><strong>{{w_no_trace}}</strong></p>
<p>{{statement}}</p>
</div>
{{/no_trace}}
{{#partial}}
<div class="notice" id="partial">
<p><strong>{{w_partial}}</strong></p>
<p>{{partial_note}}</p>
<ul>
{{#lacks}}
<li>{{text}}</li>
{{/lacks}}
</ul>
</div>
{{/partial}}
{{#incomplete}}
<p class="notice" id="incomplete">{{w_incomplete}}</p>
{{/incomplete}}
{{#show_days}}
<table id="days">
<caption>{{w_days_caption}}</caption>
<thead>
<tr><th scope="col">{{w_day_or_course}}</th>{{#col_first}}<th scope="col" class="t">{{w_first}}</th>{{/col_first}}{{#col_last}}<th scope="col" class="t">{{w_last}}</th>{{/col_last}}{{#col_sessions}}<th scope="col" class="n">{{w_sessions_begun}}</th>{{/col_sessions}}<th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th>{{#col_events}}<th scope="col" class="n">{{w_events}}</th>{{/col_events}}</tr>
</thead>
{{#days}}
<tbody>
<tr class="lead" data-day="{{date}}"><th scope="rowgroup" class="t"><time datetime="{{date}}">{{day_text}}</time></th>{{#col_first}}<td class="t">{{#first}}<time datetime="{{iso}}">{{text}}</time>{{/first}}{{^first}}<span class="quiet">{{w_none}}</span>{{/first}}</td>{{/col_first}}{{#col_last}}<td class="t">{{#last}}<time datetime="{{iso}}">{{text}}</time>{{/last}}{{^last}}<span class="quiet">{{w_none}}</span>{{/last}}</td>{{/col_last}}{{#col_sessions}}{{#sessions_known}}<td class="n" data-sessions="{{sessions_begun}}">{{sessions_begun}}</td>{{/sessions_known}}{{^sessions_known}}<td class="n">{{sessions_begun}}</td>{{/sessions_known}}{{/col_sessions}}<td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td>{{#col_events}}<td class="n" data-events="{{ev}}">{{ev}}</td>{{/col_events}}</tr>
{{#day_courses}}
<tr class="part" data-day-course="{{course}}"><th scope="row" colspan="{{day_span}}">{{course_name}}</th><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td>{{#col_events}}<td class="n" data-events="{{ev}}">{{ev}}</td>{{/col_events}}</tr>
{{/day_courses}}
</tbody>
{{/days}}
<tbody>
<tr class="sum"><th scope="row" colspan="{{day_span}}">{{w_total}}</th><td class="n">{{total_m}}</td><td class="n">{{total_c}}</td>{{#col_events}}<td class="n">{{total_ev}}</td>{{/col_events}}</tr>
</tbody>
</table>
{{/show_days}}
{{#show_courses}}
<table id="courses">
<caption>{{w_courses_caption}}</caption>
<thead>
<tr><th scope="col">{{w_course_or_activity}}</th>{{#course_type}}<th scope="col">{{w_type}}</th>{{/course_type}}<th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th>{{#course_events}}<th scope="col" class="n">{{w_events}}</th>{{/course_events}}</tr>
</thead>
{{#courses}}
<tbody>
<tr class="lead" data-course="{{course}}"><th scope="rowgroup" colspan="{{course_span}}">{{course_name}}{{#course_codes}} <span class="quiet">{{text}}</span>{{/course_codes}}</th><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td>{{#course_events}}<td class="n" data-events="{{ev}}">{{ev}}</td>{{/course_events}}</tr>
{{#activities}}
<tr class="part" data-activity="{{activity}}"><th scope="row">{{activity_name}}</th>{{#course_type}}<td>{{activity_type}}</td>{{/course_type}}<td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td>{{#course_events}}<td class="n" data-events="{{ev}}">{{ev}}</td>{{/course_events}}</tr>
{{/activities}}
{{#pages}}
<tr class="rest" data-pages="{{course}}"><th scope="row" colspan="{{course_span}}">{{w_pages}}</th><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td>{{#course_events}}<td class="n" data-events="{{ev}}">{{ev}}</td>{{/course_events}}</tr>
{{/pages}}
</tbody>
{{/courses}}
<tbody>
<tr class="sum"><th scope="row" colspan="{{course_span}}">{{w_total}}</th><td class="n">{{total_m}}</td><td class="n">{{total_c}}</td>{{#course_events}}<td class="n">{{total_ev}}</td>{{/course_events}}</tr>
</tbody>
</table>
{{/show_courses}}
{{#has_sessions}}
<table id="sessions">
<caption>{{w_sessions_caption}}</caption>
<thead>
<tr><th scope="col" class="t">{{w_begin}}</th><th scope="col" class="t">{{w_end}}</th><th scope="col" class="n">{{w_duration}}</th><th scope="col" class="n">{{w_inside}}</th><th scope="col" class="n">{{w_events}}</th><th scope="col">{{w_courses}}</th></tr>
</thead>
<tbody>
{{#sessions}}
<tr data-begin="{{begin_s}}" data-end="{{end_s}}"><th scope="row" class="t"><time datetime="{{begin_iso}}">{{begin}}</time>{{#clipped}}<span class="mark">{{w_clipped}}</span>{{/clipped}}</th><td class="t"><time datetime="{{end_iso}}">{{end}}</time></td><td class="n" data-duration-s="{{d_s}}">{{d}}</td><td class="n" data-inside-s="{{i_s}}">{{i}}</td><td class="n" data-events="{{ev}}">{{ev}}</td><td>{{session_courses}}</td></tr>
{{/sessions}}
</tbody>
</table>
<p class="note">{{w_sessions_note}}</p>
{{/has_sessions}}
{{#sessions_unknown}}
<section id="sessions-unknown">
<h2>{{w_sessions_caption}}</h2>
<p>{{w_sessions_unknown}}</p>
</section>
{{/sessions_unknown}}
{{#has_findings}}
<section id="findings">
<h2>{{w_findings_caption}}</h2>
{{#findings_empty}}
<p>{{w_findings_none}}</p>
{{/findings_empty}}
<ul>
{{#findings}}
<li data-finding="{{code}}" data-severity="{{severity}}" data-seconds="{{seconds}}" data-limit-s="{{limit_s}}">[{{severity_text}}] {{text}}{{#overridden}} {{text}}{{/overridden}}</li>
{{/findings}}
</ul>
</section>
{{/has_findings}}
)html";

const std::string_view kGroupMain = R"html(<section>
<h2>{{w_summary}}</h2>
<dl class="totals four" id="totals">
<div><dt>{{w_students}}</dt><dd data-students="{{students_count}}">{{students_count}}</dd></div>
<div><dt>{{w_active}}</dt><dd data-active="{{active_count}}">{{active_count}}</dd></div>
<div><dt>{{w_measured}}</dt><dd data-measured-s="{{total_m_s}}">{{total_m}} <small>{{total_m_seconds}}</small><small>{{w_measured_note}}</small></dd></div>
<div><dt>{{w_credited}}</dt><dd data-credited-s="{{total_c_s}}">{{total_c}} <small>{{total_c_seconds}}</small><small>{{w_credited_note}}</small></dd></div>
<div><dt>{{w_median}}</dt><dd data-median-s="{{median_s}}">{{median}} <small>{{w_median_note}}</small></dd></div>
<div><dt>{{w_days}}</dt><dd data-days="{{total_days}}">{{total_days}}</dd></div>
<div><dt>{{w_sessions}}</dt>{{#sessions_known}}<dd data-sessions="{{total_sessions}}">{{total_sessions}}</dd>{{/sessions_known}}{{^sessions_known}}<dd>{{total_sessions}} <small>{{w_no_data}}</small></dd>{{/sessions_known}}</div>
<div><dt>{{w_events}}</dt><dd data-events="{{total_ev}}">{{total_ev}}</dd></div>
</dl>
<p class="note">{{w_hms_note}}</p>
</section>
{{#no_trace}}
<div class="notice" id="no-trace">
<p><strong>{{w_no_trace}}</strong></p>
<p>{{statement}}</p>
</div>
{{/no_trace}}
{{#partial}}
<div class="notice" id="partial">
<p><strong>{{w_partial}}</strong></p>
<p>{{partial_note}}</p>
<ul>
{{#lacks}}
<li>{{text}}</li>
{{/lacks}}
</ul>
</div>
{{/partial}}
{{#incomplete}}
<p class="notice" id="incomplete">{{w_incomplete}}</p>
{{/incomplete}}
<table id="students">
<caption>{{w_students_caption}}</caption>
<thead>
<tr><th scope="col">{{w_student}}</th><th scope="col">{{w_first}}</th><th scope="col">{{w_last}}</th><th scope="col" class="n">{{w_days_short}}</th><th scope="col" class="n">{{w_sessions}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th></tr>
</thead>
<tbody>
{{#students}}
<tr data-student="{{id}}"><th scope="row">{{student_name}}{{#student_codes}} <span class="quiet">{{text}}</span>{{/student_codes}}</th><td>{{#first}}<time datetime="{{iso}}">{{text}}</time>{{/first}}{{^first}}<span class="quiet">{{w_none}}</span>{{/first}}</td><td>{{#last}}<time datetime="{{iso}}">{{text}}</time>{{/last}}{{^last}}<span class="quiet">{{w_none}}</span>{{/last}}</td><td class="n" data-days="{{days_count}}">{{days_count}}</td>{{#sessions_known}}<td class="n" data-sessions="{{sessions_count}}">{{sessions_count}}</td>{{/sessions_known}}{{^sessions_known}}<td class="n">{{sessions_count}}</td>{{/sessions_known}}<td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td></tr>
{{/students}}
<tr class="sum"><th scope="row" colspan="4">{{w_total}}</th><td class="n">{{total_sessions}}</td><td class="n">{{total_m}}</td><td class="n">{{total_c}}</td><td class="n">{{total_ev}}</td></tr>
</tbody>
</table>
{{^sessions_known}}
<p class="note" id="sessions-unknown">{{w_sessions_unknown}}</p>
{{/sessions_known}}
{{#has_courses}}
<table id="courses">
<caption>{{w_group_courses_caption}}</caption>
<thead>
<tr><th scope="col">{{w_course}}</th><th scope="col" class="n">{{w_students}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th></tr>
</thead>
<tbody>
{{#courses}}
<tr data-source="{{source}}" data-course="{{course}}"><th scope="row">{{course_name}}{{#course_codes}} <span class="quiet">{{text}}</span>{{/course_codes}}</th><td class="n" data-students="{{n}}">{{n}}</td><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td></tr>
{{/courses}}
<tr class="sum"><th scope="row" colspan="2">{{w_total}}</th><td class="n">{{total_m}}</td><td class="n">{{total_c}}</td><td class="n">{{total_ev}}</td></tr>
</tbody>
</table>
{{/has_courses}}
<table id="weeks">
<caption>{{w_weeks_caption}}</caption>
<thead>
<tr><th scope="col">{{w_week}}</th><th scope="col">{{w_week_days}}</th><th scope="col" class="n">{{w_active_short}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th></tr>
</thead>
<tbody>
{{#weeks}}
<tr data-week="{{week}}"><th scope="row" class="t">{{week_text}}</th><td class="t">{{span}}</td><td class="n" data-students="{{n}}">{{n}}</td><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td></tr>
{{/weeks}}
<tr class="sum"><th scope="row" colspan="3">{{w_total}}</th><td class="n">{{total_m}}</td><td class="n">{{total_c}}</td><td class="n">{{total_ev}}</td></tr>
</tbody>
</table>
<p class="note">{{w_group_note}}</p>
)html";

const std::string_view kProvenanceAndEnd = R"html(<section id="provenance">
<h2>{{w_provenance}}</h2>
<dl>
{{#received}}
<dt>{{w_hub}}</dt><dd>{{hub_name}} <span class="quiet">({{hub_id}})</span></dd>
{{/received}}
<dt>{{node_label}}</dt><dd>{{node_name}} <span class="quiet">({{node_id}})</span></dd>
{{#received}}
<dt>{{w_completeness}}</dt><dd>{{completeness}}</dd>
<dt>{{w_last_statement}}</dt><dd{{#has_statement}} data-statement="{{last_number}}"{{/has_statement}}>{{last_statement}}{{#has_statement}} <code>{{last_sha256}}</code>{{/has_statement}}</dd>
<dt>{{w_announced}}</dt><dd{{#has_announced}} data-announced="{{announced_number}}"{{/has_announced}}{{#has_announced_at}} data-announced-utc-s="{{announced_s}}"{{/has_announced_at}}>{{announced}}</dd>
<dt>{{w_statements_missing}}</dt>{{#statements_missing_known}}<dd data-statements-missing="{{statements_missing}}">{{statements_missing}}{{#has_statements_missing}}<span class="t" data-missing-statement-from="{{missing_statement_from}}" data-missing-statement-to="{{missing_statement_to}}"> ({{missing_statements}})</span>{{/has_statements_missing}}</dd>{{/statements_missing_known}}{{^statements_missing_known}}<dd>{{w_no_data}}</dd>{{/statements_missing_known}}
<dt>{{w_missing_days}}</dt><dd>{{^has_missing_days}}{{w_missing_days_none}}{{/has_missing_days}}{{#has_missing_days}}{{missing_days_count}} ({{#runs}}<span class="t" data-missing-from="{{from}}" data-missing-to="{{to}}">{{text}}</span>{{#more}}, {{/more}}{{/runs}}){{/has_missing_days}}</dd>
{{/received}}
{{#has_wwwroot}}
<dt>{{w_moodle}}</dt><dd>{{wwwroot}}</dd>
{{/has_wwwroot}}
<dt>{{w_issued}}</dt><dd><time datetime="{{issued_iso}}">{{issued}}</time></dd>
<dt>{{w_scale}}</dt><dd>{{scale}}</dd>
<dt>{{w_rule}}</dt><dd>{{rule}}</dd>
<dt>{{w_scale_sha256}}</dt><dd><code>{{scale_sha256}}</code></dd>
<dt>{{w_engine}}</dt><dd>{{engine}}</dd>
<dt>{{w_timezone}}</dt><dd>{{timezone}}</dd>
<dt>{{w_as_of}}</dt><dd><time datetime="{{as_of_iso}}">{{as_of}}</time></dd>
<dt>{{w_last_event}}</dt><dd>{{last_event}}</dd>
<dt>{{w_archived_events}}</dt><dd>{{archived_events}}</dd>
{{#template}}
<dt>{{w_template}}</dt><dd>{{text}}</dd>
{{/template}}
{{#replaced}}
<dt>{{w_replaces}}</dt><dd id="replaces" data-sha256="{{sha256}}">{{text}}</dd>
{{/replaced}}
<dt>{{w_remarks}}</dt><dd id="remarks">{{^has_remarks}}{{w_remarks_none}}{{/has_remarks}}{{#has_remarks}}<ul>{{#remarks}}<li data-remark="{{code}}">{{text}}</li>{{/remarks}}</ul>{{/has_remarks}}</dd>
</dl>
{{^has_outages}}
<p id="no-outage">{{w_outage_none}}</p>
{{/has_outages}}
{{#has_outages}}
<table id="outages">
<caption>{{w_outages_caption}}</caption>
<thead>
<tr><th scope="col">{{w_outage_from}}</th><th scope="col">{{w_outage_to}}</th><th scope="col">{{w_outage_cause}}</th></tr>
</thead>
<tbody>
{{#outages}}
<tr data-begin="{{begin_s}}" data-end="{{end_s}}"><th scope="row" class="t"><time datetime="{{begin_iso}}">{{begin}}</time></th><td class="t"><time datetime="{{end_iso}}">{{end}}</time></td><td>{{cause}}</td></tr>
{{/outages}}
</tbody>
</table>
{{/has_outages}}
{{#dropped_none}}
<p id="no-dropped">{{w_dropped_none}}</p>
{{/dropped_none}}
{{#dropped_unknown}}
<p id="dropped-unknown">{{w_dropped_unknown}}</p>
{{/dropped_unknown}}
{{#has_dropped}}
<table id="dropped">
<caption>{{w_dropped_caption}}</caption>
<thead>
<tr><th scope="col">{{w_dropped_reason}}</th><th scope="col" class="n">{{w_dropped_events}}</th></tr>
</thead>
<tbody>
{{#dropped}}
<tr data-reason="{{code}}"><th scope="row">{{text}}</th><td class="n" data-events="{{n}}">{{n}}</td></tr>
{{/dropped}}
</tbody>
</table>
{{/has_dropped}}
</section>
{{#look_legal}}
<p class="note">{{line}}</p>
{{/look_legal}}
{{^has_signatories}}
<div class="signature">{{signature}}</div>
{{/has_signatories}}
{{#signatories}}
<div class="signature">{{line}}</div>
{{/signatories}}
{{#look_footer}}
<footer class="note">{{line}}</footer>
{{/look_footer}}
</main>
</body>
</html>
)html";

}  // namespace assidu::reports
