#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "node/explanation.h"
#include "reports/safe_text.h"

namespace assidu::node {
namespace {

using attendance::ExplainedEvent;
using reports::safe_text;
using Json = nlohmann::ordered_json;

class JsonWriter {
  public:
    JsonWriter(const DayDocument& document, reports::Language language)
        : document_(document), day_(document.day), language_(language) {}

    [[nodiscard]] Json write() const {
        Json before = Json::array(), events = Json::array(), sessions = Json::array(),
             outages = Json::array();
        for (const ExplainedEvent& event : day_.before)
            before.push_back(event_of(event));
        for (const ExplainedEvent& event : day_.events)
            events.push_back(event_of(event));
        for (const attendance::ExplainedSession& session : day_.sessions)
            sessions.push_back(session_of(session));
        for (const federation::Outage& outage : document_.outages)
            outages.push_back({{"from_utc_s", outage.from_utc_s},
                               {"to_utc_s", outage.to_utc_s},
                               {"cause", safe_text(outage.cause)}});
        const config::Scale& scale = *document_.scale;
        return {{"format", 1},
                {"node", document_.node_id},
                {"student", student()},
                {"day", config::iso_date(day_.day)},
                {"timezone", scale.timezone},
                {"begin_utc_s", day_.begin_s},
                {"end_utc_s", day_.end_s},
                {"scale", {{"id", scale.id}, {"version", scale.version}, {"sha256", scale.sha256}}},
                {"engine", attendance::kEngine},
                {"as_of_utc_s", day_.as_of_s},
                {"outages", outages},
                {"exclusions", exclusions()},
                {"before", before},
                {"events", events},
                {"after", day_.after ? event_of(*day_.after) : Json()},
                {"sessions", sessions},
                {"courses", courses(day_.rows)},
                {"measured_s", day_.measured_s},
                {"credits", credits()},
                {"refused_declarations", refused()},
                {"credited_s", day_.credited_s},
                {"ledger", ledger()}};
    }

  private:
    [[nodiscard]] Json student() const {
        Json student = {{"id", to_string(document_.student)}};
        if (document_.person) {
            const reports::Person& person = *document_.person;
            student["user_id"] = person.user_id;
            for (const auto& [key, value] :
                 {std::pair("username", &person.username), std::pair("lastname", &person.lastname),
                  std::pair("firstname", &person.firstname), std::pair("email", &person.email),
                  std::pair("idnumber", &person.idnumber)})
                student[key] = safe_text(*value);
        }
        return student;
    }

    [[nodiscard]] Json instant(std::int64_t utc_s) const {
        return {{"utc_s", utc_s}, {"local", document_.calendar->local_iso(utc_s)}};
    }

    [[nodiscard]] Json place(std::int64_t course, std::int64_t activity) const {
        Json place = {
            {"course", course},
            {"course_name", safe_text(reports::course_name(
                                language_, course, document_.names->course(document_.source, course)))}};
        if (activity == 0) return place;
        const auto names = document_.names->activity(document_.source, activity);
        place["activity"] = activity;
        place["activity_name"] = safe_text(reports::activity_name(language_, activity, names));
        place["activity_type"] = names ? safe_text(names->type) : "";
        return place;
    }

    [[nodiscard]] Json event_of(const ExplainedEvent& event) const {
        const attendance::TracedEvent& traced = event.traced;
        const EventShape& shape = document_.shapes[static_cast<std::size_t>(traced.event.shape)];
        Json json = {{"id", traced.event.id},
                     {"time", instant(traced.event.time_s)},
                     {"eventname", safe_text(shape.eventname)},
                     {"component", safe_text(shape.component)},
                     {"action", safe_text(shape.action)},
                     {"target", safe_text(shape.target)},
                     {"origin", safe_text(shape.origin)}};
        json.update(place(traced.event.course, event.activity));
        json["kept"] = !traced.dropped;
        if (traced.dropped) {
            json["dropped_by"] = code_of(*traced.dropped);
            json["reason"] = reports::reason_text(language_, code_of(*traced.dropped));
            return json;
        }
        json["worth"] = attendance::code_of(traced.worth);
        json["source"] = "measured";
        json["next_utc_s"] = traced.next_s ? Json(*traced.next_s) : Json();
        json["begin_utc_s"] = traced.event.time_s;
        json["end_utc_s"] = traced.worth_end_s;
        json["seconds"] = traced.worth_end_s - traced.event.time_s;
        json["after_session_limits_end_utc_s"] = traced.end_s;
        json["session"] = traced.session ? Json(*traced.session + 1) : Json();
        Json parts = Json::array();
        for (const attendance::ExplainedPart& part : event.parts) {
            Json one = {{"day", config::iso_date(part.day)},
                        {"begin_utc_s", part.begin_s},
                        {"end_utc_s", part.end_s},
                        {"seconds", part.end_s - part.begin_s},
                        {"counted", !part.lost},
                        {"lost_by", part.lost ? Json(attendance::code_of(*part.lost)) : Json()}};
            if (part.outside) one["outside"] = true;
            parts.push_back(std::move(one));
        }
        if (event.place) json["time_of"] = place(event.place->course, event.place->activity);
        json["parts"] = std::move(parts);
        json["counted_s"] = event.measured_s(day_.day);
        return json;
    }

    [[nodiscard]] static Json session_of(const attendance::ExplainedSession& session) {
        const attendance::Session& whole = session.traced.session;
        return {{"number", session.number},
                {"begin_utc_s", whole.begin_s},
                {"end_utc_s", whole.end_s},
                {"measured_s", whole.measured_s},
                {"events", whole.events},
                {"courses", whole.courses},
                {"opened_by", attendance::code_of(session.traced.opening)},
                {"too_short", session.traced.too_short}};
    }

    [[nodiscard]] Json courses(const std::vector<federation::LedgerRow>& rows) const {
        Json courses = Json::array();
        for (const federation::LedgerRow& row : rows) {
            Json activities = Json::array();
            for (const federation::ActivityShare& share : row.activities) {
                Json activity = place(row.course, share.activity);
                activity.erase("course");
                activity.erase("course_name");
                activity["measured_s"] = share.measured_s;
                activity["credited_s"] = share.credited_s;
                activity["events"] = share.events;
                activities.push_back(std::move(activity));
            }
            Json course = place(row.course, 0);
            course["measured_s"] = row.measured_s;
            course["credited_s"] = row.credited_s;
            course["events"] = row.events;
            course["activities"] = std::move(activities);
            courses.push_back(std::move(course));
        }
        return courses;
    }

    [[nodiscard]] Json credits() const {
        Json credits = Json::array();
        for (const attendance::Credit& credit : day_.credits) {
            Json one = {{"source", attendance::code_of(credit.source)},
                        {"mode", attendance::code_of(credit.mode)},
                        {"time", instant(credit.time_s)}};
            one.update(place(credit.course, credit.activity));
            one["seconds"] = credit.seconds;
            credits.push_back(std::move(one));
        }
        return credits;
    }

    [[nodiscard]] Json refused() const {
        Json refused = Json::array();
        for (const attendance::RefusedDeclaration& one : day_.refused)
            refused.push_back({{"begin", instant(one.begin_s)}, {"refused_by", one.key}});
        return refused;
    }

    [[nodiscard]] Json exclusions() const {
        Json exclusions = Json::array();
        for (const archive::Exclusion& one : document_.exclusions) {
            Json said = {{"number", one.number},
                         {"from_utc_s", one.from_s},
                         {"to_utc_s", one.to_s},
                         {"reason", safe_text(one.reason)},
                         {"author", safe_text(one.author)},
                         {"made_utc_s", one.made_s},
                         {"revoked_utc_s", one.revoked_s ? Json(*one.revoked_s) : Json()}};
            if (one.revoked_s) {
                said["revoked_reason"] = safe_text(one.revoked_reason);
                said["revoked_author"] = safe_text(one.revoked_author);
            }
            exclusions.push_back(std::move(said));
        }
        return exclusions;
    }

    [[nodiscard]] Json ledger() const {
        if (!document_.ledger) return {};
        std::int64_t measured_s = 0, credited_s = 0;
        for (const federation::LedgerRow& row : *document_.ledger) {
            measured_s += row.measured_s;
            credited_s += row.credited_s;
        }
        return {{"rows", document_.ledger->size()},
                {"measured_s", measured_s},
                {"credited_s", credited_s},
                {"same", document_.agrees()}};
    }

    const DayDocument& document_;
    const attendance::DayExplanation& day_;
    reports::Language language_;
};

}  // namespace

std::string explanation_json(const DayDocument& document, reports::Language language) {
    return JsonWriter(document, language).write().dump(1) + "\n";
}

}  // namespace assidu::node
