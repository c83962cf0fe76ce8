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
footer{max-width:62rem;margin:0 auto;padding:0 1.2rem 2rem;color:var(--soft);font-size:.9rem}
)";

const std::string_view kPageFrame = R"(<!DOCTYPE html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}} – Assidu</title>
<style>{{{style}}}</style>
</head>
<body>
<a class="skip" href="#main">{{w_skip}}</a>
<header><div class="bar">
<p class="brand">Assidu<span>{{node_name}}</span></p>
<nav aria-label="{{w_navigation}}">
<a href="/staff">{{w_nav_staff}}</a>
<a href="/verify">{{w_nav_verify}}</a>
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
