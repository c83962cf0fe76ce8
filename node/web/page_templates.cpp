#include "node/web/page_templates.h"

namespace assidu::node::web {

const std::string_view kPageStyle = R"(
:root{--ink:#1c2430;--soft:#55606f;--line:#c3cbd6;--paper:#fff;--wash:#f3f5f8;--deep:#174a7c;--bad:#9b1c1c;--badwash:#fdf0f0;--good:#17653a;--goodwash:#eef7f1}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif}
a{color:var(--deep)}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,main:focus-visible,[tabindex]:focus-visible{outline:3px solid #d97706;outline-offset:2px}
.skip{position:absolute;left:-100em}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
header{background:var(--paper);border-bottom:1px solid var(--line)}
.bar{max-width:62rem;margin:0 auto;padding:.8rem 1.2rem;display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;align-items:center}
.brand{margin:0;font-weight:700;font-size:1.1rem;color:var(--deep)}
.brand span{font-weight:400;color:var(--soft);margin-left:.5rem}
nav{margin-left:auto;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:center}
nav form{margin:0}
main{max-width:62rem;margin:0 auto;padding:1.2rem;outline-offset:-3px}
h1{font-size:1.6rem;line-height:1.25;margin:.4rem 0 1rem}
h2{font-size:1.15rem;margin:0 0 .8rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:1.2rem;margin:0 0 1.2rem}
.cards{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));align-items:start}
.narrow{max-width:27rem}
label,legend{font-weight:600;display:block;margin:.8rem 0 .25rem;padding:0}
fieldset{border:0;padding:0;margin:.9rem 0 0}
.inline{display:flex;flex-wrap:wrap;gap:0 1rem}
.inline>div{flex:1 1 9rem}
input[type=text],input[type=search],input[type=password],input[type=date],input[type=file],select{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid #7b8794;border-radius:4px;padding:.45rem .55rem}
select[size]{padding:.2rem}
option{padding:.15rem .3rem}
button{font:inherit;font-weight:600;cursor:pointer;border-radius:4px;border:1px solid var(--deep);background:var(--deep);color:#fff;padding:.5rem 1.1rem;margin-top:1.1rem}
button:hover{background:#0f3660}
nav button{margin:0;padding:.2rem .7rem;background:var(--paper);color:var(--deep)}
nav button:hover{background:var(--wash)}
.search{display:flex;gap:.6rem;align-items:end;flex-wrap:wrap}
.search>div{flex:1 1 12rem}
.search button{margin:0}
.hint{color:var(--soft);margin:.3rem 0 0;font-size:.93rem}
.alert{border:1px solid var(--bad);border-left-width:6px;background:var(--badwash);color:var(--bad);border-radius:4px;padding:.7rem 1rem;margin:0 0 1.2rem;font-weight:600}
.good{border:1px solid var(--good);border-left-width:6px;background:var(--goodwash);color:var(--good);border-radius:4px;padding:.7rem 1rem;margin:0 0 1rem;font-weight:600}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--wash);border:1px solid var(--line);border-radius:4px;padding:.8rem;font:.9rem/1.45 ui-monospace,"Liberation Mono",monospace}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid var(--line);padding:.45rem .8rem .45rem 0}
code{font-family:ui-monospace,"Liberation Mono",monospace;overflow-wrap:anywhere}
.ticks{max-height:18rem;overflow:auto;border:1px solid #7b8794;border-radius:4px;padding:.4rem .6rem;display:grid;gap:0 1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr))}
.tick{display:flex;gap:.5rem;align-items:baseline;padding:.15rem 0}
.tick label{font-weight:400;margin:0}
.tick input{flex:none}
.scroll{overflow-x:auto;margin-bottom:1.2rem}
.scroll:last-child{margin-bottom:0}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding:.2rem 0 .4rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
tbody th{font-weight:400}
td button,.small{margin:0 .3rem .2rem 0;padding:.15rem .6rem;background:var(--paper);color:var(--deep);font-size:.93rem}
td button:hover,.small:hover{background:var(--wash)}
.plain{background:var(--paper);color:var(--deep)}
.plain:hover{background:var(--wash)}
.actions{display:flex;flex-wrap:wrap;gap:0 .8rem}
.state{font-weight:700}
progress{width:100%;height:1.1rem;accent-color:var(--deep)}
dl{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.2rem 1.2rem;margin:.8rem 0}
dt{color:var(--soft)}
dd{margin:0}
footer{max-width:62rem;margin:0 auto;padding:0 1.2rem 2rem;color:var(--soft);font-size:.9rem}
)";

const std::string_view kPageFrame = R"(<!DOCTYPE html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{{#refresh}}<meta http-equiv="refresh" content="{{refresh}}">
{{/refresh}}<title>{{title}} – Assidu</title>
<style>{{{style}}}</style>
</head>
<body>
<a class="skip" href="#main">{{w_skip}}</a>
<header><div class="bar">
<p class="brand">Assidu<span>{{node_name}}</span></p>
<nav aria-label="{{w_navigation}}">
<a href="/staff">{{w_nav_staff}}</a>
{{#user}}<a href="/staff/batches">{{w_nav_batches}}</a>
{{/user}}<a href="/verify">{{w_nav_verify}}</a>
<a href="{{path}}?lang={{other_lang}}" lang="{{other_lang}}" hreflang="{{other_lang}}">{{other_name}}</a>
{{#user}}<span>{{name}}</span>
{{#logout}}<form method="post" action="/staff/logout"><input type="hidden" name="csrf" value="{{logout}}"><button>{{w_logout}}</button></form>{{/logout}}{{/user}}
</nav>
</div></header>
<main id="main" tabindex="-1">
<h1>{{title}}</h1>
{{#alert}}<p class="alert" role="alert">{{alert}}</p>{{/alert}}
{{>main}}
</main>
<footer><p>{{w_footer}}</p></footer>
</body>
</html>
)";

const std::string_view kFrontMain = R"(<div class="cards">
<section class="card"><h2>{{w_nav_staff}}</h2><p>{{w_front_staff}}</p><p><a href="/staff">{{w_front_staff_go}}</a></p></section>
<section class="card"><h2>{{w_nav_verify}}</h2><p>{{w_front_verify}}</p><p><a href="/verify">{{w_front_verify_go}}</a></p></section>
</div>
)";

const std::string_view kLoginMain = R"(<form class="card narrow" method="post" action="/staff/login">
<label for="name">{{w_login_name}}</label>
<input type="text" id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required value="{{name}}">
<label for="password">{{w_login_password}}</label>
<input type="password" id="password" name="password" autocomplete="current-password" required>
<button>{{w_login_go}}</button>
</form>
)";

const std::string_view kStaffMain = R"(<form class="card search" method="get" action="/staff" role="search">
<div><label for="q">{{w_search}}</label>
<input type="search" id="q" name="q" value="{{q}}" aria-describedby="found"></div>
<button>{{w_search_go}}</button>
<p class="hint" id="found" role="status">{{found}}</p>
</form>
<div class="cards">
<section class="card" aria-labelledby="h-student">
<h2 id="h-student">{{w_one_student}}</h2>
<form method="post" action="/staff/report">
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="kind" value="student">
<input type="hidden" name="q" value="{{q}}">
<label for="student">{{w_student}}</label>
<select id="student" name="student" size="8" required>
{{#students}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/students}}</select>
<fieldset><legend>{{w_period}}</legend><div class="inline">
<div><label for="s-from">{{w_from}}</label><input type="date" id="s-from" name="from" required value="{{from}}"></div>
<div><label for="s-to">{{w_to}}</label><input type="date" id="s-to" name="to" required value="{{to}}"></div>
</div></fieldset>
<div class="inline">
<div><label for="s-format">{{w_format}}</label><select id="s-format" name="format">
{{#student_formats}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/student_formats}}</select></div>
<div><label for="s-language">{{w_report_language}}</label><select id="s-language" name="language">
{{#languages}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/languages}}</select></div>
</div>
<button>{{w_download_student}}</button>
</form>
</section>
<section class="card" aria-labelledby="h-group">
<h2 id="h-group">{{w_a_group}}</h2>
<form method="post" action="/staff/report">
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="kind" value="group">
<input type="hidden" name="q" value="{{q}}">
<label for="group">{{w_group}}</label>
<select id="group" name="group">
{{#groups}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/groups}}</select>
<fieldset><legend>{{w_period}}</legend><div class="inline">
<div><label for="g-from">{{w_from}}</label><input type="date" id="g-from" name="from" required value="{{from}}"></div>
<div><label for="g-to">{{w_to}}</label><input type="date" id="g-to" name="to" required value="{{to}}"></div>
</div></fieldset>
<div class="inline">
<div><label for="g-format">{{w_format}}</label><select id="g-format" name="format">
{{#group_formats}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/group_formats}}</select></div>
<div><label for="g-language">{{w_report_language}}</label><select id="g-language" name="language">
{{#languages}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/languages}}</select></div>
</div>
<button>{{w_download_group}}</button>
</form>
</section>
</div>
<p class="hint">{{w_audited}}</p>
)";

const std::string_view kBatchesMain = R"({{#has_batches}}<section class="card" aria-labelledby="h-batches">
<h2 id="h-batches">{{w_batches_asked}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="h-batches"><table>
<thead><tr><th scope="col">{{w_batch}}</th><th scope="col">{{w_period}}</th><th scope="col">{{w_whom}}</th><th scope="col">{{w_asked}}</th><th scope="col">{{w_state}}</th></tr></thead>
<tbody>
{{#batches}}<tr><th scope="row"><a href="/staff/batch/{{number}}">{{says}}</a></th><td>{{period}}</td><td>{{whom}}</td><td>{{asked}}<br>{{account}}</td><td><span class="state">{{state}}</span><br>{{progress}}</td></tr>
{{/batches}}</tbody></table></div>
</section>
{{/has_batches}}<section class="card" aria-labelledby="h-new">
<h2 id="h-new">{{w_new_batch}}</h2>
<p class="hint">{{w_new_batch_hint}}</p>
<form class="search" method="get" action="/staff/batches" role="search">
<div><label for="q">{{w_search_ticks}}</label>
<input type="search" id="q" name="q" value="{{q}}" aria-describedby="found"></div>
<button>{{w_search_go}}</button>
<p class="hint" id="found" role="status">{{found}}</p>
</form>
<form method="post" action="/staff/batches">
<input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="q" value="{{q}}">
<label for="whom">{{w_whom}}</label>
<select id="whom" name="whom">
{{#groups}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/groups}}</select>
<fieldset><legend>{{w_ticks}}</legend><div class="ticks" tabindex="0" role="group" aria-label="{{w_ticks}}">
{{#students}}<div class="tick"><input type="checkbox" name="student" value="{{value}}" id="s-{{value}}"{{#chosen}} checked{{/chosen}}><label for="s-{{value}}">{{label}}</label></div>
{{/students}}</div></fieldset>
<fieldset><legend>{{w_period}}</legend><div class="inline">
<div><label for="b-from">{{w_from}}</label><input type="date" id="b-from" name="from" required value="{{from}}"></div>
<div><label for="b-to">{{w_to}}</label><input type="date" id="b-to" name="to" required value="{{to}}"></div>
<div><label for="b-language">{{w_report_language}}</label><select id="b-language" name="language">
{{#languages}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>
{{/languages}}</select></div>
</div></fieldset>
<fieldset><legend>{{w_formats}}</legend><div class="inline">
{{#formats}}<div class="tick"><input type="checkbox" name="format" value="{{value}}" id="f-{{value}}"{{#chosen}} checked{{/chosen}}><label for="f-{{value}}">{{label}}</label></div>
{{/formats}}</div></fieldset>
<fieldset><legend>{{w_also}}</legend>
<div class="tick"><input type="checkbox" name="package" value="1" id="b-package"{{#package}} checked{{/package}}><label for="b-package">{{w_with_packages}}</label></div>
<div class="tick"><input type="checkbox" name="groups" value="1" id="b-groups"{{#with_groups}} checked{{/with_groups}}><label for="b-groups">{{w_with_groups}}</label></div>
</fieldset>
<button>{{w_start_batch}}</button>
</form>
</section>
<p class="hint">{{w_batch_audited}}</p>
)";

const std::string_view kBatchMain = R"(<p><a href="/staff/batches">{{w_all_batches}}</a></p>
<section class="card" aria-labelledby="h-batch">
<h2 id="h-batch">{{says}}</h2>
<p role="status"><span class="state">{{state}}</span>{{#progress}} – {{says}}{{/progress}}</p>
{{#progress}}<progress max="{{of}}" value="{{done}}" aria-label="{{says}}">{{says}}</progress>
<p>{{counts}}</p>{{/progress}}
{{#why}}<p class="alert">{{why}}</p>{{/why}}
{{#follows}}<p class="hint">{{w_follows}} <a href="{{place}}?still=1">{{w_be_still}}</a></p>{{/follows}}
{{#still}}<p class="hint"><a href="{{place}}?still=1">{{w_look_again}}</a> – <a href="{{place}}">{{w_follow_again}}</a></p>{{/still}}
<dl><dt>{{w_whom}}</dt><dd>{{whom}}</dd><dt>{{w_period}}</dt><dd>{{period}}</dd><dt>{{w_formats}}</dt><dd>{{formats}}</dd><dt>{{w_asked}}</dt><dd>{{asked}}</dd></dl>
<form class="actions" method="post" action="{{place}}"><input type="hidden" name="csrf" value="{{csrf}}">
{{#can_stop}}<button name="do" value="stop" class="plain">{{w_do_stop}}</button>{{/can_stop}}
{{#can_go_on}}<button name="do" value="again">{{w_do_go_on}}</button>{{/can_go_on}}
{{#can_repeat}}<button name="do" value="again" class="plain">{{w_do_repeat}}</button>{{/can_repeat}}
{{#can_forget}}<button name="do" value="forget" class="plain">{{w_do_forget}}</button>{{/can_forget}}
</form>
</section>
{{#has_troubles}}<section class="card" aria-labelledby="h-troubles">
<h2 id="h-troubles">{{w_not_issued}}</h2>
<ul>
{{#troubles}}<li><strong>{{name}}</strong> ({{funder}}) – {{why}}</li>
{{/troubles}}</ul>
</section>{{/has_troubles}}
{{#has_documents}}<section class="card" aria-labelledby="h-documents">
<h2 id="h-documents">{{w_documents}}</h2>
<form method="post" action="{{place}}"><input type="hidden" name="csrf" value="{{csrf}}">
<p><button name="zip" value="">{{w_zip_all}}</button></p>
{{#funders}}<div class="scroll" tabindex="0" role="region" aria-label="{{funder}}"><table>
<caption>{{funder}} <button class="small" name="zip" value="{{folder}}" aria-label="{{zip_says}}">{{w_zip_funder}}</button></caption>
<thead><tr><th scope="col">{{w_student}}</th><th scope="col">{{w_files}}</th><th scope="col">{{w_issued}}</th><th scope="col">{{w_replaces}}</th></tr></thead>
<tbody>
{{#rows}}<tr><th scope="row">{{name}}</th><td>{{#files}}<button name="file" value="{{path}}" aria-label="{{says}}">{{kind}}</button>{{/files}}</td><td>{{issued}}</td><td>{{replaces}}</td></tr>
{{/rows}}</tbody></table></div>
{{/funders}}</form>
{{#paged}}<nav aria-label="{{w_pages}}">{{#earlier}}<a href="{{place}}?page={{earlier}}">{{w_earlier}}</a> {{/earlier}}{{paged}}{{#later}} <a href="{{place}}?page={{later}}">{{w_later}}</a>{{/later}}</nav>{{/paged}}
</section>{{/has_documents}}
<p class="hint">{{w_batch_audited}}</p>
)";

const std::string_view kVerifyMain = R"({{#result}}<section class="card" aria-labelledby="h-result">
<h2 id="h-result">{{w_result}}</h2>
<p class="{{class}}" role="{{role}}">{{verdict}}</p>
{{#anchor}}<p>{{anchor}}</p>{{/anchor}}
<pre tabindex="0" aria-label="{{w_result}}">{{text}}</pre>
</section>{{/result}}
<form class="card" method="post" action="/verify" enctype="multipart/form-data">
<p>{{w_verify_intro}}</p>
<label for="package">{{w_package}}</label>
<input type="file" id="package" name="package" accept=".zip,application/zip" required>
<label for="root">{{w_root}}</label>
<input type="text" id="root" name="root" value="{{root}}" autocapitalize="none" spellcheck="false" aria-describedby="root-hint">
<p class="hint" id="root-hint">{{w_root_hint}}</p>
<button>{{w_verify_go}}</button>
</form>
<p class="hint">{{w_verify_offline}}</p>
)";

const std::string_view kMessageMain = R"(<p><a href="/">{{w_back}}</a></p>
)";

}  // namespace assidu::node::web
