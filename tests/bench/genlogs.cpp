// genlogs - deterministic generator of realistic Moodle mdl_logstore_standard_log rows (CSV on stdout /
// files). Original work written for this project; no third-party code or data. Build: g++ -O2 -std=c++17 -o
// genlogs genlogs.cpp
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
using std::string;
using std::vector;

// ---------- random ----------
struct Rng {  // splitmix64: cheap, good enough, order-independent seeding
    uint64_t s;
    explicit Rng(uint64_t x) : s(x) {}
    uint64_t u64() {
        uint64_t z = (s += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    double u() { return (u64() >> 11) * (1.0 / 9007199254740992.0); }
    uint32_t n(uint32_t k) { return (uint32_t)((u64() >> 32) * (uint64_t)k >> 32); }
    bool p(double q) { return u() < q; }
    double norm() { return std::sqrt(-2 * std::log(1 - u())) * std::cos(6.283185307179586 * u()); }
    double logn(double med, double sig) { return med * std::exp(sig * norm()); }
    double expo(double m) { return -m * std::log(1 - u()); }
};
static uint64_t mix(uint64_t a, uint64_t b) {
    Rng r(a * 0x9E3779B97F4A7C15ull ^ (b + 0x7F4A7C15ull));
    r.u64();
    return r.u64();
}

// ---------- Europe/Paris ----------
static int64_t days_from_civil(int y, int m, int d) {
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1,
             doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097LL + (int)doe - 719468;
}
static int year_of(int64_t z) {
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int y = yoe + era * 400;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    return y + (mp >= 10);
}
static int64_t last_sunday(int y, int m) {
    int64_t d = days_from_civil(y, m, 31);
    int wd = (int)((d + 4) % 7);
    return d - wd;
}  // 1970-01-01 is a Thursday (4)
static int paris_off(int64_t t) {
    int y = year_of(t / 86400);
    int64_t a = last_sunday(y, 3) * 86400 + 3600, b = last_sunday(y, 10) * 86400 + 3600;
    return (t >= a && t < b) ? 7200 : 3600;
}
static int64_t local_to_utc(int64_t localsecs) {
    int64_t t = localsecs - 3600;
    int o = paris_off(t);
    t = localsecs - o;
    if (paris_off(t) != o) t = localsecs - paris_off(t);
    return t;
}

// ---------- event kinds ----------
struct Kind {
    const char *ev, *comp, *act, *tgt, *obj;
    char crud;
    int edu, lvl, other;
};
enum {
    LOGIN,
    LOGOUT,
    FAILED,
    COURSEV,
    DASH,
    PAGE,
    RES,
    URL_,
    BOOK,
    QSTART,
    QVIEW,
    QSUB,
    QREV,
    QUIZ,
    FORUM,
    DISC,
    POST,
    ASTAT,
    AUP,
    H5P,
    SCORM,
    CMC,
    GRADED,
    WS,
    UDEL,
    FEEDB,
    LESSON,
    LOGINAS,
    ENROL,
    NK
};
static const Kind K[NK] = {
    {"\\core\\event\\user_loggedin", "core", "loggedin", "user", "user", 'r', 0, 10, 1},
    {"\\core\\event\\user_loggedout", "core", "loggedout", "user", "user", 'r', 0, 10, 2},
    {"\\core\\event\\user_login_failed", "core", "failed", "user_login", "", 'r', 0, 10, 3},
    {"\\core\\event\\course_viewed", "core", "viewed", "course", "", 'r', 2, 50, 4},
    {"\\core\\event\\dashboard_viewed", "core", "viewed", "dashboard", "", 'r', 0, 30, 0},
    {"\\mod_page\\event\\course_module_viewed", "mod_page", "viewed", "course_module", "page", 'r', 2, 70, 0},
    {"\\mod_resource\\event\\course_module_viewed", "mod_resource", "viewed", "course_module", "resource",
     'r', 2, 70, 0},
    {"\\mod_url\\event\\course_module_viewed", "mod_url", "viewed", "course_module", "url", 'r', 2, 70, 0},
    {"\\mod_book\\event\\chapter_viewed", "mod_book", "viewed", "chapter", "book_chapters", 'r', 2, 70, 0},
    {"\\mod_quiz\\event\\attempt_started", "mod_quiz", "started", "attempt", "quiz_attempts", 'c', 2, 70, 5},
    {"\\mod_quiz\\event\\attempt_viewed", "mod_quiz", "viewed", "attempt", "quiz_attempts", 'r', 2, 70, 6},
    {"\\mod_quiz\\event\\attempt_submitted", "mod_quiz", "submitted", "attempt", "quiz_attempts", 'u', 2, 70,
     7},
    {"\\mod_quiz\\event\\attempt_reviewed", "mod_quiz", "reviewed", "attempt", "quiz_attempts", 'r', 2, 70,
     5},
    {"\\mod_quiz\\event\\course_module_viewed", "mod_quiz", "viewed", "course_module", "quiz", 'r', 2, 70, 0},
    {"\\mod_forum\\event\\course_module_viewed", "mod_forum", "viewed", "course_module", "forum", 'r', 2, 70,
     0},
    {"\\mod_forum\\event\\discussion_viewed", "mod_forum", "viewed", "discussion", "forum_discussions", 'r',
     2, 70, 0},
    {"\\mod_forum\\event\\post_created", "mod_forum", "created", "post", "forum_posts", 'c', 2, 70, 8},
    {"\\mod_assign\\event\\submission_status_viewed", "mod_assign", "viewed", "submission_status", "", 'r', 0,
     70, 9},
    {"\\assignsubmission_file\\event\\assessable_uploaded", "assignsubmission_file", "uploaded", "assessable",
     "assign_submission", 'c', 2, 70, 10},
    {"\\mod_h5pactivity\\event\\statement_received", "mod_h5pactivity", "received", "statement",
     "h5pactivity", 'u', 2, 70, 0},
    {"\\mod_scorm\\event\\sco_launched", "mod_scorm", "launched", "sco", "scorm_scoes", 'r', 2, 70, 11},
    {"\\core\\event\\course_module_completion_updated", "core", "updated", "course_module_completion",
     "course_modules_completion", 'u', 2, 70, 12},
    {"\\core\\event\\user_graded", "core", "graded", "user", "grade_grades", 'u', 1, 50, 13},
    {"\\core\\event\\webservice_function_called", "core", "called", "webservice_function", "", 'r', 0, 10,
     14},
    {"\\core\\event\\user_deleted", "core", "deleted", "user", "user", 'd', 0, 30, 15},
    {"\\mod_feedback\\event\\response_submitted", "mod_feedback", "submitted", "response",
     "feedback_completed", 'c', 2, 70, 16},
    {"\\mod_lesson\\event\\content_page_viewed", "mod_lesson", "viewed", "content_page", "lesson_pages", 'r',
     2, 70, 0},
    {"\\core\\event\\user_loggedinas", "core", "loggedinas", "user", "user", 'r', 0, 50, 17},
    {"\\core\\event\\user_enrolment_created", "core", "created", "user_enrolment", "user_enrolments", 'c', 0,
     50, 18},
};
// module slot -> kinds it produces. 10 module archetypes repeat over the modules of a course.
static const int MODV[10] = {PAGE, RES, QUIZ, URL_, BOOK, FORUM, H5P, SCORM, ASTAT, LESSON};
static const char* MODNAME[10] = {"page",  "resource",    "quiz",  "url",    "book",
                                  "forum", "h5pactivity", "scorm", "assign", "lesson"};

enum { O_WEB, O_WS, O_CLI };
struct Ev {
    int64_t key;
    uint32_t t, user, cm, obj, rel, real, ip;
    uint16_t course;
    uint8_t kind, origin, anon;
};

struct Opt {
    int univ = 16, stud = 1000, days = 243, courses = 20, mods = 40;
    double epd = 13;
    uint64_t seed = 20251001, rows = 0;
    int y = 2025, mo = 10, d = 1;
    const char* out = "-";
    const char* split = nullptr;
    const char* tables = nullptr;
    double dupid = 0;
    bool nasty = false, header = true;
    int only = 0;
} o;

struct Buf {
    FILE* f;
    vector<char> b;
    size_t n = 0;
    Buf(FILE* f) : f(f), b(8 << 20) {}
    ~Buf() { flush(); }
    void flush() {
        if (n) {
            fwrite(b.data(), 1, n, f);
            n = 0;
        }
        fflush(f);
    }
    void room() {
        if (n + 4096 > b.size()) {
            fwrite(b.data(), 1, n, f);
            n = 0;
        }
    }
    void c(char x) { b[n++] = x; }
    void s(const char* p, size_t k) {
        memcpy(&b[n], p, k);
        n += k;
    }
    void s(const string& x) { s(x.data(), x.size()); }
    void i(uint64_t v) {
        char t[20];
        int k = 20;
        do {
            t[--k] = '0' + v % 10;
            v /= 10;
        } while (v);
        s(t + k, 20 - k);
    }
    void z(int64_t v) {
        if (v < 0) {
            c('-');
            v = -v;
        }
        i(v);
    }
};

static vector<string> P;  // ",eventname,component,action,target,objecttable," per kind
static uint64_t total = 0;

// merged stream: ids/users/courses are offset per university so that they stay unique
struct Ctx {
    int u;
    bool merged;
    uint64_t uo() const { return merged ? (uint64_t)u * 100000 : 0; }
    uint64_t co() const { return merged ? (uint64_t)u * 1000 : 0; }
    uint64_t mo() const { return merged ? (uint64_t)u * 100000 : 0; }
};

static void put(Buf& w, const Ev& e, uint64_t id, const Ctx& x) {
    w.room();
    const Kind& k = K[e.kind];
    Rng r(mix(id, e.t));
    uint64_t user = e.user > 1 ? e.user + x.uo() : e.user, cm = e.cm ? e.cm + x.mo() : 0,
             course = e.course > 1 ? e.course + x.co() : e.course;
    w.i(id);
    w.s(P[e.kind]);
    if (e.obj) w.i(e.obj);
    w.c(',');
    w.c(k.crud);
    w.c(',');
    w.c('0' + k.edu);
    w.c(',');
    uint64_t ctxid = k.lvl == 70   ? 2000000 + cm
                     : k.lvl == 50 ? 1000000 + course
                     : k.lvl == 30 ? 3000000 + user
                                   : 1,
             inst = k.lvl == 70   ? cm
                    : k.lvl == 50 ? course
                    : k.lvl == 30 ? user
                                  : 0;
    w.i(ctxid);
    w.c(',');
    w.i(k.lvl);
    w.c(',');
    w.i(inst);
    w.c(',');
    w.i(user);
    w.c(',');
    w.i(course);
    w.c(',');
    if (e.rel) w.i(e.rel + x.uo());
    w.c(',');
    w.c('0' + e.anon);
    w.c(',');
    bool ser = (x.u % 4) == 3;  // a quarter of the sites still hold PHP-serialised "other"
#define LIT(a) w.s(a, sizeof(a) - 1)
    switch (k.other) {
        case 0:
            if (ser)
                LIT("N;");
            else
                LIT("null");
            break;
        case 1:
            if (ser) {
                LIT("\"a:2:{s:8:\"\"username\"\";s:7:\"\"e");
                w.i(100000 + e.user);
                LIT("\"\";s:13:\"\"extrauserinfo\"\";a:0:{}}\"");
            } else {
                LIT("\"{\"\"username\"\":\"\"e");
                w.i(100000 + e.user);
                LIT("\"\",\"\"extrauserinfo\"\":[]}\"");
            }
            break;
        case 2:
            LIT("\"{\"\"sessionid\"\":\"\"");
            for (int i = 0; i < 26; i++)
                w.c("0123456789abcdefghijklmnopqrstuv"[r.n(32)]);
            LIT("\"\"}\"");
            break;
        case 3:
            LIT("\"{\"\"username\"\":\"\"e");
            w.i(100000 + r.n(99999));
            LIT("\"\",\"\"reason\"\":");
            w.i(1 + r.n(3));
            LIT("}\"");
            break;
        case 4:
            if (r.n(4)) {
                if (ser)
                    LIT("N;");
                else
                    LIT("null");
            } else {
                LIT("\"{\"\"coursesectionnumber\"\":");
                w.i(1 + r.n(8));
                LIT("}\"");
            }
            break;
        case 5:
            if (ser) {
                LIT("\"a:1:{s:6:\"\"quizid\"\";s:");
                w.i(cm < 10        ? 1
                    : cm < 100     ? 2
                    : cm < 1000    ? 3
                    : cm < 10000   ? 4
                    : cm < 100000  ? 5
                    : cm < 1000000 ? 6
                                   : 7);
                LIT(":\"\"");
                w.i(cm);
                LIT("\"\";}\"");
            } else {
                LIT("\"{\"\"quizid\"\":\"\"");
                w.i(cm);
                LIT("\"\"}\"");
            }
            break;
        case 6:
            LIT("\"{\"\"quizid\"\":\"\"");
            w.i(cm);
            LIT("\"\",\"\"page\"\":");
            w.i(r.n(10));
            LIT("}\"");
            break;
        case 7:
            LIT("\"{\"\"submitterid\"\":\"\"");
            w.i(user);
            LIT("\"\",\"\"quizid\"\":\"\"");
            w.i(cm);
            LIT("\"\",\"\"studentisonline\"\":true}\"");
            break;
        case 8:
            LIT("\"{\"\"discussionid\"\":\"\"");
            w.i(1 + r.n(9000));
            LIT("\"\",\"\"forumid\"\":\"\"");
            w.i(cm);
            if (o.nasty && r.n(50) == 0) LIT("\"\",\"\"note\"\":\"\"l1\nl2, \"\"\"\"q\"\"\"\"");
            LIT("\"\",\"\"forumtype\"\":\"\"general\"\"}\"");
            break;
        case 9:
            LIT("\"{\"\"assignid\"\":\"\"");
            w.i(cm);
            LIT("\"\"}\"");
            break;
        case 10:
            LIT("\"{\"\"content\"\":\"\"\"\",\"\"pathnamehashes\"\":[\"\"");
            for (int i = 0; i < 40; i++)
                w.c("0123456789abcdef"[r.n(16)]);
            LIT("\"\"]}\"");
            break;
        case 11:
            LIT("\"{\"\"instanceid\"\":\"\"");
            w.i(cm);
            LIT("\"\",\"\"loadedcontent\"\":\"\"sequencing");
            w.i(r.n(40));
            LIT(".html\"\"}\"");
            break;
        case 12:
            LIT("\"{\"\"relateduserid\"\":\"\"");
            w.i(user);
            LIT("\"\",\"\"overrideby\"\":null,\"\"completionstate\"\":1}\"");
            break;
        case 13:
            LIT("\"{\"\"itemid\"\":\"\"");
            w.i(1 + r.n(800));
            LIT("\"\",\"\"overridden\"\":false,\"\"finalgrade\"\":");
            w.i(r.n(20));
            LIT(".00000}\"");
            break;
        case 14:
            LIT("\"{\"\"function\"\":\"\"core_course_get_contents\"\"}\"");
            break;
        case 15:
            LIT("\"{\"\"username\"\":\"\"e");
            w.i(100000 + e.rel);
            LIT("\"\",\"\"email\"\":\"\"x\"\",\"\"idnumber\"\":\"\"\"\",\"\"mnethostid\"\":\"\"1\"\"}\"");
            break;
        case 16:
            LIT("\"{\"\"cmid\"\":\"\"");
            w.i(cm);
            LIT("\"\",\"\"instanceid\"\":\"\"");
            w.i(cm);
            LIT("\"\",\"\"anonymous\"\":\"\"1\"\"}\"");
            break;
        case 17:
            LIT("\"{\"\"originalusername\"\":\"\"admin\"\",\"\"loggedinasusername\"\":\"\"e");
            w.i(100000 + e.rel);
            LIT("\"\"}\"");
            break;
        default:
            LIT("\"{\"\"userenrolment\"\":{\"\"status\"\":\"\"0\"\"},\"\"enrol\"\":\"\"manual\"\"}\"");
            break;
    }
    w.c(',');
    w.i(e.t);
    w.c(',');
    if (e.origin == O_WEB)
        LIT("web,");
    else if (e.origin == O_WS)
        LIT("ws,");
    else
        LIT("cli,");
    if (e.origin != O_CLI) {
        if (e.ip % 11 == 0) {
            LIT("2001:861:");
            char h[10];
            int n = snprintf(h, 10, "%x", e.ip >> 16 & 0xffff);
            w.s(h, n);
            w.c(':');
            n = snprintf(h, 10, "%x", e.ip & 0xffff);
            w.s(h, n);
            LIT("::1");
        } else {
            LIT("10.");
            w.i(e.ip >> 16 & 255);
            w.c('.');
            w.i(e.ip >> 8 & 255);
            w.c('.');
            w.i(e.ip & 255);
        }
    }
    w.c(',');
    if (e.real) w.i(e.real + x.uo());
    w.c('\n');
#undef LIT
}

struct Student {
    double act;
    int chrono, first, drop, cur;
    bool deleted;
};

struct Site {
    int u;
    vector<Student> st;
    vector<Ev> carry, day;
    uint64_t id = 0;
    void init(int uu) {
        u = uu;
        st.resize(o.stud);
        for (int i = 0; i < o.stud; i++) {
            Rng r(mix(mix(o.seed, u * 1000003ull + 17), i));
            Student& s = st[i];
            s.act = r.logn(0.8, 0.6);
            double c = r.u();
            s.chrono = c < 0.2 ? 2 : c < 0.6 ? 1 : 0;
            s.first = (int)std::min<double>(o.days * 0.3, r.expo(12));
            s.drop = r.p(0.18) ? s.first + 20 + (int)r.n(std::max(1, o.days - s.first - 20)) : o.days + 9;
            s.deleted = s.drop < o.days && r.p(0.08);
            s.cur = 0;
        }
    }
    void gen_day(int dnum) {
        day.clear();
        day.swap(carry);
        int64_t civil = days_from_civil(o.y, o.mo, o.d) + dnum;
        int wd = (int)((civil + 4) % 7);  // 0=Sunday
        int64_t nextmid = local_to_utc((civil + 1) * 86400LL);
        double wk = wd == 0 ? 0.75 : wd == 6 ? 0.6 : 1.0;
        auto push = [&](Ev e, Rng& r) {
            double delay = r.p(0.02) ? r.expo(4) : 0;
            e.key = ((int64_t)(e.t + (uint32_t)delay) << 20) | (r.u64() & 0xFFFFF);
            day.push_back(e);
        };
        for (int i = 0; i < o.stud; i++) {
            Student& s = st[i];
            if (dnum < s.first || dnum > s.drop) continue;
            Rng r(mix(mix(o.seed ^ 0xABCD, u * 1000003ull + dnum), i));
            if (dnum == s.drop) {
                if (s.deleted) {
                    Ev e{};
                    e.t = (uint32_t)local_to_utc(civil * 86400LL + 36000 + r.n(20000));
                    e.user = 2;
                    e.kind = UDEL;
                    e.rel = i + 3;
                    e.obj = i + 3;
                    e.ip = 0x010101;
                    push(e, r);
                }
                continue;
            }
            double base = o.epd / 20.05;  // expected events per student-day ~ epd with the constants below
            double lam = 1.06 * base * s.act * wk;
            int ns = 0;
            {
                double L = std::exp(-lam), p = 1;
                for (;;) {
                    p *= r.u();
                    if (p <= L || ns > 12) break;
                    ns++;
                }
            }
            for (int k = 0; k < ns; k++) {
                double h = s.chrono == 2   ? 22.6 + 1.2 * r.norm()
                           : s.chrono == 1 ? (r.p(0.75) ? 20.2 + 1.6 * r.norm() : 13 + 2 * r.norm())
                                           : 11.5 + 3.2 * r.norm();
                if (h < 0) h += 24;
                if (h < 4 && s.chrono != 2) h += 7;
                if (h > 26) h = 26;
                int64_t t = local_to_utc(civil * 86400LL + (int64_t)(h * 3600) + r.n(60));
                int len = (int)std::min(400.0, 1 + r.logn(9.5, 0.95));
                bool mob = r.p(0.16);
                bool as = r.p(0.001);
                uint32_t ip = (uint32_t)mix(i, u * 31 + 7 + (r.p(0.12) ? dnum : 0));
                int course = (int)((double)(dnum - s.first) / std::max(1, o.days - s.first) * o.courses *
                                   std::min(1.4, 0.5 + s.act * 0.5));
                if (r.p(0.25)) course = r.n(o.courses);
                if (course >= o.courses) course = o.courses - 1;
                int mod = -1;
                int inq = 0;
                uint32_t att = 0;
                auto mk = [&](int kind) {
                    Ev e{};
                    e.t = (uint32_t)t;
                    e.user = i + 3;
                    e.kind = kind;
                    e.origin = mob ? O_WS : O_WEB;
                    e.ip = ip;
                    if (as) e.real = 2;
                    int lv = K[kind].lvl;
                    if (lv >= 50) {
                        e.course = course + 2;
                    }
                    if (lv == 70) {
                        e.cm = course * o.mods + mod + 1;
                        e.obj = e.cm;
                    }
                    return e;
                };
                if (r.p(0.72)) {
                    Ev e = mk(mob ? WS : LOGIN);
                    e.obj = mob ? 0 : i + 3;
                    if (as) {
                        e = mk(LOGINAS);
                        e.user = 2;
                        e.real = 0;
                        e.rel = i + 3;
                        e.obj = i + 3;
                    }
                    push(e, r);
                    t += (int64_t)r.expo(1.5);
                    if (r.p(0.6)) {
                        push(mk(DASH), r);
                        t += (int64_t)r.logn(9, 1);
                    }
                }
                push(mk(COURSEV), r);
                for (int j = 0; j < len; j++) {
                    double g;
                    double q = r.u();
                    if (q < 0.10)
                        g = 0;
                    else if (q < 0.18)
                        g = r.n(3);
                    else if (q < 0.975)
                        g = r.logn(28, 1.45);
                    else
                        g = r.logn(2100, 0.7);  // bursts, reading, long breaks
                    t += (int64_t)std::min(g, 20000.0);
                    if (inq > 0) {
                        push(mk(--inq ? QVIEW : QSUB), r);
                        day.back().obj = att;
                        if (!inq) {
                            Ev e = mk(CMC);
                            e.obj = r.n(1 << 22);
                            push(e, r);
                            if (r.p(0.8)) {
                                e = mk(QREV);
                                e.obj = att;
                                e.rel = i + 3;
                                e.t += 2;
                                push(e, r);
                            }
                            if (r.p(0.9)) {
                                e = mk(GRADED);
                                e.rel = i + 3;
                                e.obj = r.n(1 << 22);
                                push(e, r);
                            }
                        }
                        continue;
                    }
                    if (mod < 0 || r.p(0.45)) {
                        mod = r.p(0.7) && mod >= 0 ? (mod + 1) % o.mods : r.n(o.mods);
                        if (r.p(0.3)) {
                            int m = mod;
                            push(mk(COURSEV), r);
                            mod = m;
                            t += (int64_t)r.n(4);
                        }
                    }
                    int a = mod % 10;
                    int kind = MODV[a];
                    if (a == 2 && r.p(0.35)) {
                        kind = QSTART;
                        inq = 2 + r.n(9);
                        att = 1 + r.n(1 << 22);
                    } else if (a == 5) {
                        double z = r.u();
                        if (z < 0.45)
                            kind = DISC;
                        else if (z < 0.52)
                            kind = POST;
                    } else if (a == 8 && r.p(0.08))
                        kind = AUP;
                    else if (r.p(0.004))
                        kind = FEEDB;
                    Ev e = mk(kind);
                    if (kind == QSTART) {
                        e.obj = att;
                        e.rel = i + 3;
                    }
                    if (kind == FEEDB) e.anon = 1;
                    push(e, r);
                    if (r.p(0.004)) push(e, r);  // double submit: same second, own id
                    if (kind != QSTART && r.p(0.12)) {
                        Ev c = mk(CMC);
                        c.obj = r.n(1 << 22);
                        push(c, r);
                    }
                    if (r.p(0.02)) {
                        course = r.n(o.courses);
                        mod = -1;
                        push(mk(COURSEV), r);
                    }
                }
                if (!mob && r.p(0.18)) {
                    t += r.n(60);
                    push(mk(LOGOUT), r);
                }
            }
        }
        {
            Rng r(mix(o.seed ^ 0x5151, u * 7919ull + dnum));
            int base = (int)(o.stud * o.epd / 20.05);
            int64_t d0 = civil * 86400LL;
            for (int i = 0, n = base / 20 + 3; i < n; i++) {
                Ev e{};
                e.t = (uint32_t)local_to_utc(d0 + r.n(86400));
                e.kind = FAILED;
                e.ip = (uint32_t)r.u64();
                push(e, r);
            }  // userid 0
            for (int i = 0, n = base / 25 + 2; i < n; i++) {
                Ev e{};
                e.t = (uint32_t)local_to_utc(d0 + 28800 + r.n(50000));
                e.user = 1;
                e.kind = COURSEV;
                e.course = 1;
                e.ip = (uint32_t)r.u64();
                push(e, r);
            }  // guest, front page
            for (int i = 0, n = base / 12 + 3; i < n; i++) {
                Ev e{};
                e.t = (uint32_t)local_to_utc(d0 + 10800 + r.n(600));
                if (!e.t) continue;
                e.user = r.p(0.5) ? 2 : 0;
                e.kind = ENROL;
                e.origin = O_CLI;
                e.course = 2 + r.n(o.courses);
                e.rel = 3 + r.n(o.stud);
                e.obj = 1 + r.n(1 << 20);
                push(e, r);
            }
        }  // nightly cli job (02:00-03:10 local: runs into the DST hour)
        std::sort(day.begin(), day.end(), [](const Ev& a, const Ev& b) { return a.key < b.key; });
        size_t cut = std::lower_bound(day.begin(), day.end(), ((int64_t)nextmid << 20),
                                      [](const Ev& a, int64_t k) { return a.key < k; }) -
                     day.begin();
        if (dnum + 1 < o.days) {
            carry.assign(day.begin() + cut, day.end());
            day.resize(cut);
        }
    }
};

int main(int c, char** v) {
    for (int i = 1; i < c; i++) {
        string a = v[i];
        auto nx = [&] {
            if (i + 1 >= c) {
                fprintf(stderr, "missing value for %s\n", a.c_str());
                exit(2);
            }
            return v[++i];
        };
        if (a == "--universities")
            o.univ = atoi(nx());
        else if (a == "--students")
            o.stud = atoi(nx());
        else if (a == "--days")
            o.days = atoi(nx());
        else if (a == "--events")
            o.epd = atof(nx());
        else if (a == "--courses")
            o.courses = atoi(nx());
        else if (a == "--modules")
            o.mods = atoi(nx());
        else if (a == "--seed")
            o.seed = strtoull(nx(), 0, 10);
        else if (a == "--rows")
            o.rows = strtoull(nx(), 0, 10);
        else if (a == "--start") {
            if (sscanf(nx(), "%d-%d-%d", &o.y, &o.mo, &o.d) != 3) return 2;
        } else if (a == "--out")
            o.out = nx();
        else if (a == "--split")
            o.split = nx();
        else if (a == "--tables")
            o.tables = nx();
        else if (a == "--dup-ids")
            o.dupid = atof(nx());
        else if (a == "--nasty")
            o.nasty = true;
        else if (a == "--no-header")
            o.header = false;
        else if (a == "--only")
            o.only = atoi(nx());
        else {
            fprintf(stderr,
                    "genlogs: synthetic mdl_logstore_standard_log rows as CSV\n  --universities N(16) "
                    "--students N/univ(1000) --days N(243) --events E/student/day(13) --courses N(20) "
                    "--modules N/course(40)\n  --start YYYY-MM-DD(2025-10-01, Europe/Paris) --seed S --rows "
                    "MAX --out FILE|-   one merged stream, ids made unique per university\n  --split DIR   "
                    "one file per university (uNN.csv), site-local ids   --only U   just that university\n  "
                    "--tables DIR  users/context/course_modules/modules csv   --dup-ids P  re-emit a row "
                    "(same id) with probability P   --nasty  newlines inside quoted fields   --no-header\n");
            return a == "--help" ? 0 : 2;
        }
    }
    for (int k = 0; k < NK; k++)
        P.push_back(string(",") + K[k].ev + "," + K[k].comp + "," + K[k].act + "," + K[k].tgt + "," +
                    K[k].obj + ",");
    static const char H[] =
        "id,eventname,component,action,target,objecttable,objectid,crud,edulevel,contextid,contextlevel,"
        "contextinstanceid,userid,courseid,relateduserid,anonymous,other,timecreated,origin,ip,realuserid\n";
    vector<Site> S;
    for (int u = 0; u < o.univ; u++)
        if (!o.only || u + 1 == o.only) {
            S.emplace_back();
            S.back().init(u);
        }
    if (o.tables) {
        string d = o.tables;
        bool m = !o.split;
        FILE *fu = fopen((d + "/users.csv").c_str(), "w"), *fc = fopen((d + "/context.csv").c_str(), "w"),
             *fm = fopen((d + "/course_modules.csv").c_str(), "w"),
             *fn = fopen((d + "/modules.csv").c_str(), "w");
        if (!fu || !fc || !fm || !fn) {
            perror(o.tables);
            return 1;
        }
        fputs("university,id,deleted\n", fu);
        fputs("university,id,contextlevel,instanceid\n", fc);
        fputs("university,id,course,module,section\n", fm);
        fputs("id,name\n", fn);
        for (int i = 0; i < 10; i++)
            fprintf(fn, "%d,%s\n", i + 1, MODNAME[i]);
        for (auto& s : S) {
            Ctx x{s.u, m};
            for (int i = 0; i < o.stud; i++)
                fprintf(fu, "%d,%llu,%d\n", s.u + 1, (unsigned long long)(i + 3 + x.uo()),
                        (int)s.st[i].deleted);
            for (int k = 0; k < o.courses; k++) {
                unsigned long long cc = k + 2 + x.co();
                fprintf(fc, "%d,%llu,50,%llu\n", s.u + 1, 1000000 + cc, cc);
                for (int q = 0; q < o.mods; q++) {
                    unsigned long long cm = k * o.mods + q + 1 + x.mo();
                    fprintf(fc, "%d,%llu,70,%llu\n", s.u + 1, 2000000 + cm, cm);
                    fprintf(fm, "%d,%llu,%llu,%d,%d\n", s.u + 1, cm, cc, q % 10 + 1, k * 8 + q / 5 + 1);
                }
            }
        }
        fclose(fu);
        fclose(fc);
        fclose(fm);
        fclose(fn);
    }
    vector<Buf*> W;
    if (o.split)
        for (auto& s : S) {
            char n[4096];
            snprintf(n, sizeof n, "%s/u%02d.csv", o.split, s.u + 1);
            FILE* f = fopen(n, "w");
            if (!f) {
                perror(n);
                return 1;
            }
            W.push_back(new Buf(f));
            if (o.header) W.back()->s(H, sizeof(H) - 1);
        }
    else {
        FILE* f = strcmp(o.out, "-") ? fopen(o.out, "w") : stdout;
        if (!f) {
            perror(o.out);
            return 1;
        }
        W.push_back(new Buf(f));
        if (o.header) W[0]->s(H, sizeof(H) - 1);
    }
    Rng rd(o.seed ^ 77);
    uint64_t id = 0;
    vector<std::pair<int64_t, uint32_t>> idx;
    for (int d = 0; d < o.days; d++) {
        for (auto& s : S)
            s.gen_day(d);
        if (o.split) {
            for (size_t k = 0; k < S.size(); k++) {
                Ctx x{S[k].u, false};
                for (auto& e : S[k].day) {
                    if (o.rows && total >= o.rows) goto done;
                    S[k].id++;
                    put(*W[k], e, S[k].id, x);
                    total++;
                    if (o.dupid > 0 && rd.p(o.dupid)) {
                        put(*W[k], e, S[k].id, x);
                        total++;
                    }
                }
            }
        } else if (S.size() == 1) {
            Ctx x{S[0].u, o.only == 0 && o.univ > 1};
            for (auto& e : S[0].day) {
                if (o.rows && total >= o.rows) goto done;
                put(*W[0], e, ++id, x);
                total++;
                if (o.dupid > 0 && rd.p(o.dupid)) {
                    put(*W[0], e, id, x);
                    total++;
                }
            }
        } else {
            idx.clear();
            for (size_t k = 0; k < S.size(); k++)
                for (size_t j = 0; j < S[k].day.size(); j++)
                    idx.push_back({S[k].day[j].key, (uint32_t)(k << 24 | j)});
            std::sort(idx.begin(), idx.end());
            for (auto& q : idx) {
                if (o.rows && total >= o.rows) goto done;
                Site& s = S[q.second >> 24];
                Ctx x{s.u, true};
                put(*W[0], s.day[q.second & 0xFFFFFF], ++id, x);
                total++;
                if (o.dupid > 0 && rd.p(o.dupid)) {
                    put(*W[0], s.day[q.second & 0xFFFFFF], id, x);
                    total++;
                }
            }
        }
    }
done:
    for (auto* w : W) {
        w->flush();
        if (ferror(w->f)) {
            fprintf(stderr, "write error\n");
            return 1;
        }
    }
    fprintf(stderr, "%llu rows\n", (unsigned long long)total);
    return 0;
}
