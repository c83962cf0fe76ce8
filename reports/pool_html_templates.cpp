#include "reports/html_templates.h"

namespace assidu::reports {

const std::string_view kPoolMain = R"html(<section>
<h2>{{w_summary}}</h2>
<dl class="totals four" id="totals">
<div><dt>{{w_universities}}</dt><dd data-members="{{members_count}}">{{members_count}}</dd></div>
<div><dt>{{w_universities_complete}}</dt><dd data-complete-members="{{complete_count}}">{{complete_count}}<small>{{w_universities_complete_note}}</small></dd></div>
<div><dt>{{w_measured}}</dt><dd data-measured-s="{{m_s}}">{{m}} <small>{{total_m_seconds}}</small><small>{{w_measured_note}}</small></dd></div>
<div><dt>{{w_credited}}</dt><dd data-credited-s="{{c_s}}">{{c}} <small>{{total_c_seconds}}</small><small>{{w_credited_note}}</small></dd></div>
<div><dt>{{w_students}}</dt><dd data-students="{{n}}">{{n}}<small>{{w_students_note}}</small></dd></div>
<div><dt>{{w_days}}</dt><dd data-days="{{days_count}}">{{days_count}}</dd></div>
<div><dt>{{w_events}}</dt><dd data-events="{{ev}}">{{ev}}</dd></div>
</dl>
<p class="note">{{w_hms_note}} {{w_pool_twice_note}}</p>
</section>
{{#partial}}
<div class="notice" id="partial">
<p><strong>{{w_partial}}</strong></p>
<p>{{partial_note}}</p>
<ul>
{{#lacking}}
<li data-member="{{node}}"><strong>{{name}}</strong>{{colon}} {{#has_missing_days}}{{w_lacks_days}}{{colon}} {{missing_days_count}} ({{#runs}}<span class="t" data-missing-from="{{from}}" data-missing-to="{{to}}">{{text}}</span>{{#more}}, {{/more}}{{/runs}}). {{/has_missing_days}}{{#has_statements_missing}}{{statements_lack}}.{{/has_statements_missing}}</li>
{{/lacking}}
</ul>
</div>
{{/partial}}
{{#incomplete}}
<p class="notice" id="incomplete">{{w_incomplete}}</p>
{{/incomplete}}
<table id="members">
<caption>{{w_members_caption}}</caption>
<thead>
<tr><th scope="col">{{w_university}}</th><th scope="col" class="n">{{w_students}}</th><th scope="col" class="n">{{w_days_short}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th><th scope="col">{{w_pool_state}}</th></tr>
</thead>
<tbody>
{{#members}}
<tr data-member="{{node}}"><th scope="row">{{name}} <span class="quiet">({{node}})</span></th>{{#known}}<td class="n" data-students="{{n}}">{{n}}</td><td class="n" data-days="{{days_count}}">{{days_count}}</td><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td>{{/known}}{{^known}}<td class="n" colspan="5">{{w_no_data}}</td>{{/known}}<td>{{data_state}}</td></tr>
{{/members}}
<tr class="sum"><th scope="row">{{w_total}}</th><td class="n">{{n}}</td><td class="n">{{days_count}}</td><td class="n">{{m}}</td><td class="n">{{c}}</td><td class="n">{{ev}}</td><td>{{data_state}}</td></tr>
</tbody>
</table>
<table id="statements" class="close">
<caption>{{w_statements_caption}}</caption>
<thead>
<tr><th scope="col">{{w_university}}</th><th scope="col">{{w_last_received_short}}</th><th scope="col">{{w_announced_short}}</th><th scope="col" class="n">{{w_missing_short}}</th><th scope="col" class="n">{{w_missing_days}}</th><th scope="col">{{w_as_of}}</th><th scope="col">{{w_last_event}}</th><th scope="col">{{w_agreement}}</th></tr>
</thead>
<tbody>
{{#members}}
<tr data-member="{{node}}"{{#has_statement}} data-statement="{{last_number}}"{{/has_statement}}{{#has_announced}} data-announced="{{announced_number}}"{{/has_announced}}{{#has_announced_at}} data-announced-utc-s="{{announced_s}}"{{/has_announced_at}}{{#fresh}} data-as-of-utc-s="{{as_of_s}}"{{#last_event}} data-last-event-utc-s="{{s}}"{{/last_event}}{{/fresh}}><th scope="row">{{name}}</th><td>{{last_statement}}{{#has_statement}} <code title="{{last_sha256}}">{{last_short}}</code>{{/has_statement}}</td><td>{{announced}}</td>{{#statements_missing_known}}<td class="n" data-statements-missing="{{statements_missing}}">{{statements_missing}}{{#has_statements_missing}}<span class="t" data-missing-statement-from="{{missing_statement_from}}" data-missing-statement-to="{{missing_statement_to}}"> ({{missing_statements}})</span>{{/has_statements_missing}}</td>{{/statements_missing_known}}{{^statements_missing_known}}<td class="n">–</td>{{/statements_missing_known}}<td class="n" data-missing-days="{{missing_days_count}}">{{missing_days_count}}</td><td>{{#fresh}}<time datetime="{{as_of_iso}}">{{as_of}}</time>{{/fresh}}{{^fresh}}<span class="quiet">{{w_no_data}}</span>{{/fresh}}</td><td>{{#fresh}}{{#last_event}}<time datetime="{{iso}}">{{text}}</time>{{/last_event}}{{^last_event}}<span class="quiet">{{w_none}}</span>{{/last_event}}{{/fresh}}{{^fresh}}<span class="quiet">{{w_no_data}}</span>{{/fresh}}</td><td>{{agreement}}</td></tr>
{{/members}}
</tbody>
</table>
<p class="note">{{w_statements_note}}</p>
<table id="weeks">
<caption>{{w_pool_weeks_caption}}</caption>
<thead>
<tr><th scope="col">{{w_week}}</th><th scope="col">{{w_week_days}}</th><th scope="col" class="n">{{w_students}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th><th scope="col" class="n">{{w_missing_days}}</th></tr>
</thead>
<tbody>
{{#weeks}}
<tr data-week="{{week}}"><th scope="row" class="t">{{week_text}}</th><td class="t">{{span}}</td>{{#known}}<td class="n" data-students="{{n}}">{{n}}</td><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td>{{/known}}{{^known}}<td class="n" colspan="4">{{w_no_data}}</td>{{/known}}<td class="n" data-missing-days="{{missing_days_count}}">{{missing_days_count}}</td></tr>
{{/weeks}}
<tr class="sum"><th scope="row" colspan="3">{{w_total}}</th><td class="n">{{m}}</td><td class="n">{{c}}</td><td class="n">{{ev}}</td><td class="n">{{missing_days_count}}</td></tr>
</tbody>
</table>
<p class="note">{{w_pool_weeks_note}}</p>
{{#matrices}}
<table class="matrix">
<caption>{{caption}}</caption>
<thead>
<tr><th scope="col">{{w_week}}</th>{{#columns}}<th scope="col" class="n" data-member="{{node}}">{{name}}</th>{{/columns}}</tr>
</thead>
<tbody>
{{#rows}}
<tr data-week="{{week}}"><th scope="row" class="t">{{week_text}}</th>{{#cells}}{{#known}}<td class="n" data-measured-s="{{m_s}}" data-missing-days="{{missing_days_count}}">{{m}}{{#partly}} <sup>*</sup>{{/partly}}</td>{{/known}}{{^known}}<td class="n" data-missing-days="{{missing_days_count}}">–</td>{{/known}}{{/cells}}</tr>
{{/rows}}
<tr class="sum"><th scope="row">{{w_total}}</th>{{#sums}}<td class="n">{{text}}</td>{{/sums}}</tr>
</tbody>
</table>
{{/matrices}}
<p class="note">{{w_matrix_note}}</p>
<table id="courses">
<caption>{{w_pool_courses_caption}}</caption>
<thead>
<tr><th scope="col">{{w_university_or_course}}</th><th scope="col" class="n">{{w_students}}</th><th scope="col" class="n">{{w_measured}}</th><th scope="col" class="n">{{w_credited}}</th><th scope="col" class="n">{{w_events}}</th></tr>
</thead>
{{#members}}
<tbody>
<tr class="lead" data-member="{{node}}"><th scope="rowgroup">{{name}}</th>{{#known}}<td class="n">{{n}}</td><td class="n">{{m}}</td><td class="n">{{c}}</td><td class="n">{{ev}}</td>{{/known}}{{^known}}<td class="n" colspan="4">{{w_no_data}}</td>{{/known}}</tr>
{{#courses}}
<tr class="part" data-source="{{source}}" data-course="{{course}}"><th scope="row">{{course_name}}{{#course_codes}} <span class="quiet">{{text}}</span>{{/course_codes}}</th><td class="n" data-students="{{n}}">{{n}}</td><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td></tr>
{{/courses}}
{{#others}}
<tr class="rest" data-others="{{n}}"><th scope="row" colspan="2">{{text}}</th><td class="n" data-measured-s="{{m_s}}">{{m}}</td><td class="n" data-credited-s="{{c_s}}">{{c}}</td><td class="n" data-events="{{ev}}">{{ev}}</td></tr>
{{/others}}
</tbody>
{{/members}}
<tbody>
<tr class="sum"><th scope="row" colspan="2">{{w_total}}</th><td class="n">{{m}}</td><td class="n">{{c}}</td><td class="n">{{ev}}</td></tr>
</tbody>
</table>
<p class="note">{{courses_note}}</p>
)html";

const std::string_view kPoolEnd = R"html(<section id="provenance">
<h2>{{w_provenance}}</h2>
<dl>
<dt>{{w_hub}}</dt><dd>{{node_name}} <span class="quiet">({{hub_id}})</span></dd>
<dt>{{w_issued}}</dt><dd><time datetime="{{issued_iso}}">{{issued}}</time></dd>
<dt>{{w_scale}}</dt><dd>{{scale}}</dd>
<dt>{{w_rule}}</dt><dd>{{rule}}</dd>
<dt>{{w_scale_sha256}}</dt><dd><code>{{scale_sha256}}</code></dd>
<dt>{{w_engines}}</dt><dd>{{engines}}</dd>
<dt>{{w_timezone}}</dt><dd>{{timezone}}</dd>
</dl>
{{^has_outages}}
<p id="no-outage">{{w_outage_none}}</p>
{{/has_outages}}
{{#has_outages}}
<table id="outages">
<caption>{{w_outages_caption}}</caption>
<thead>
<tr><th scope="col">{{w_university}}</th><th scope="col">{{w_outage_from}}</th><th scope="col">{{w_outage_to}}</th><th scope="col">{{w_outage_cause}}</th></tr>
</thead>
<tbody>
{{#outages}}
<tr data-member="{{node}}" data-begin="{{begin_s}}" data-end="{{end_s}}"><th scope="row">{{name}}</th><td class="t"><time datetime="{{begin_iso}}">{{begin}}</time></td><td class="t"><time datetime="{{end_iso}}">{{end}}</time></td><td>{{cause}}</td></tr>
{{/outages}}
</tbody>
</table>
{{/has_outages}}
<p id="pool-unknown">{{w_pool_unknown}}</p>
</section>
<div class="signature">{{w_signature_hub}}</div>
</main>
</body>
</html>
)html";

}  // namespace assidu::reports
