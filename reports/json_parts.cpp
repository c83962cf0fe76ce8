#include "reports/json_parts.h"

#include "reports/declared_text.h"
#include "reports/safe_text.h"

namespace assidu::reports::json {

using config::CivilCalendar;

void put_instant(Json& object, const std::string& name, const CivilCalendar& calendar,
                 const std::optional<std::int64_t>& utc_s) {
    object[name + "_utc_s"] = utc_s ? Json(*utc_s) : Json(nullptr);
    object[name + "_local"] = utc_s ? Json(calendar.local_iso(*utc_s)) : Json(nullptr);
}

Json known(const std::optional<std::int64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json known(const std::string& name) {
    return name.empty() ? Json(nullptr) : Json(safe_text(name));
}

Json course_json(std::int64_t course, const std::optional<Course>& maybe_names) {
    const Course names = maybe_names.value_or(Course{});
    return {{"course", course},
            {"fullname", known(names.fullname)},
            {"shortname", known(names.shortname)},
            {"idnumber", known(names.idnumber)}};
}

Json group_course_json(const GroupCourseLine& line) {
    Json object = {{"source", safe_text(line.source)}};
    object.update(course_json(line.course, line.names));
    object["students"] = line.students;
    put_amount(object, line);
    return object;
}

Json period_json(const federation::Period& period, const CivilCalendar& calendar) {
    return {{"from", config::iso_date(period.from)},
            {"to", config::iso_date(period.to)},
            {"timezone", calendar.zone()},
            {"begin_utc_s", calendar.begin_of(period.from)},
            {"end_utc_s", calendar.end_of(period.to)}};
}

Json scale_json(const Imprint& imprint) {
    return {{"id", safe_text(imprint.scale.id)},
            {"version", imprint.scale.version},
            {"sha256", imprint.scale.sha256},
            {"label", safe_text(imprint.scale_label)},
            {"idle_s", imprint.idle_s},
            {"idle_credit_s", imprint.idle_credit_s},
            {"last_credit_s", imprint.last_credit_s},
            {"document", imprint.scale.document}};
}

Json outages_json(const std::vector<federation::Outage>& outages, const CivilCalendar& calendar) {
    Json array = Json::array();
    for (const federation::Outage& outage : outages) {
        Json line;
        put_instant(line, "from", calendar, outage.from_utc_s);
        put_instant(line, "to", calendar, outage.to_utc_s);
        line["cause"] = safe_text(outage.cause);
        array.push_back(std::move(line));
    }
    return array;
}

void put_declared(Json& object, const Declared& declared, const CivilCalendar& calendar) {
    object["complete"] = declared.complete();
    object["last_statement"] = declared.last.number > 0 ? Json(declared.last.number) : Json(nullptr);
    object["last_statement_sha256"] = known(declared.last.digest);
    object["announced_statement"] = declared.announced > 0 ? Json(declared.announced) : Json(nullptr);
    put_instant(object, "announced", calendar, declared.announced_utc_s);
    object["statements_missing"] = known(declared.statements_missing());
    object["missing_statements"] = Json::array();
    if (const auto run = missing_statements(declared))
        object["missing_statements"].push_back({{"from", run->from}, {"to", run->to}});
    object["missing_days"] = Json::array();
    for (const federation::Period& run : declared.missing_days)
        object["missing_days"].push_back(
            {{"from", config::iso_date(run.from)}, {"to", config::iso_date(run.to)}});
}

std::string text_of(const Json& document) {
    return document.dump(2) + "\n";
}

}  // namespace assidu::reports::json
