#include "node/cli/demo_pool.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "node/cli/interrupt.h"
#include "node/demo/log_generator.h"
#include "node/services/joining.h"

namespace assidu::node::cli {
namespace {

constexpr const char* kHubId = "pole";
constexpr const char* kHubName = "Pôle SONATE (démonstration)";
constexpr const char* kHubWwwroot = "https://pole.example";
// How long a process that was asked to stop may take before it is killed.
constexpr std::chrono::milliseconds kPatience{15'000};
constexpr int kLookMilliseconds = 100;

config::Settings settings_of(const demo::PoolUniversity& university, const std::string& language) {
    config::Settings settings;
    settings.name = university.month.name;
    settings.node_id = university.node_id;
    settings.wwwroot = "https://" + university.hostname;
    settings.source_name = "moodle";
    settings.students.institution = {university.month.name};
    settings.scale = "sonate";
    settings.language = language;
    return settings;
}

config::Settings settings_of_hub(const std::string& language) {
    config::Settings settings;
    settings.name = kHubName;
    settings.node_id = kHubId;
    settings.wwwroot = kHubWwwroot;
    settings.source_name = "moodle";
    settings.students.everyone = true;
    settings.scale = "sonate";
    settings.language = language;
    return settings;
}

// The text after a line's first word, or nothing if it begins otherwise.
std::optional<std::string> after(const std::string& line, std::string_view beginning) {
    if (!line.starts_with(beginning)) return std::nullopt;
    const std::size_t at = line.find_first_not_of(' ', beginning.size());
    return at == std::string::npos ? "" : line.substr(at);
}

ExitCode interrupted_while(Console& console, std::string_view doing) {
    console.complain(fmt::format("interrupted while {}", doing));
    return ExitCode::interrupted;
}

}  // namespace

DemoPool::DemoPool(std::filesystem::path out, std::vector<demo::PoolUniversity> plan,
                   const config::Clock& clock, Console& console)
    : out_(std::move(out)), plan_(std::move(plan)), clock_(clock), console_(console) {}

DemoPool::~DemoPool() {
    (void)stop();
}

ExitCode DemoPool::complain(const config::Refusal& refusal, ExitCode code) {
    console_.complain(refusal.what);
    return code;
}

std::int64_t DemoPool::processes() const {
    return static_cast<std::int64_t>(processes_.size());
}

ExitCode DemoPool::make_nodes(const std::string& language) {
    const std::int64_t now_utc_s = clock_.now_utc_s();
    if (const auto made = create_node(hub_folder(), settings_of_hub(language), now_utc_s); !made)
        return complain(made.error(), ExitCode::configuration);
    for (const demo::PoolUniversity& university : plan_) {
        const auto made = create_node(folder_of(university), settings_of(university, language), now_utc_s);
        if (!made) return complain(made.error(), ExitCode::configuration);
    }
    return ExitCode::ok;
}

ExitCode DemoPool::write_logs() {
    std::int64_t rows = 0;
    for (const demo::PoolUniversity& university : plan_) {
        const auto files = demo::write_demo_files(
            university.month, folder_of(university).path / "spool",
            [&](std::int64_t written) {
                console_.progress(fmt::format("inventing logs: {} rows, {}", grouped(rows + written),
                                              university.month.name));
            },
            [] { return !interrupted(); });
        if (!files) return interrupted_while(console_, "inventing logs");
        rows += files->rows;
    }
    console_.say(fmt::format("invented: {} rows of logs of {} universities", grouped(rows), plan_.size()));
    return ExitCode::ok;
}

config::Result<void> DemoPool::listen() {
    std::vector<pollfd> outputs;
    for (const Process& process : processes_)
        outputs.push_back({process.child.output(), POLLIN, 0});
    ::poll(outputs.data(), outputs.size(), kLookMilliseconds);
    for (Process& process : processes_) {
        for (std::string& line : process.child.lines()) {
            if (auto url = after(line, "listening on")) hub_url_ = *std::move(url);
            if (auto fingerprint = after(line, "fingerprint")) hub_fingerprint_ = *std::move(fingerprint);
            process.last_line = std::move(line);
        }
    }
    // Asked only once its last words are read.
    for (Process& process : processes_) {
        if (const auto code = process.child.ended())
            return config::refuse(fmt::format("the process of {} ended by itself with exit code {}; see {}",
                                              process.node_id, *code, process.child.log().string()));
    }
    return {};
}

void DemoPool::start(const std::string& node_id, const NodeFolder& folder,
                     const std::vector<std::string>& options) {
    std::vector<std::string> arguments{"--dir", folder.path.string(), "serve"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const std::filesystem::path log = folder.path.string() + ".log";
    processes_.push_back(
        {node_id, "", services::ChildProcess(services::this_program(), arguments, log), false});
}

ExitCode DemoPool::start_hub() {
    start(kHubId, hub_folder(), {"--listen", "127.0.0.1:0"});
    while (hub_url_.empty() || hub_fingerprint_.empty()) {
        if (interrupted()) return interrupted_while(console_, "starting the hub");
        if (const auto heard = listen(); !heard) return complain(heard.error(), ExitCode::resource);
    }
    return ExitCode::ok;
}

// What an administrator of the hub and one of the university do, with the fingerprints that they would read
// out to each other.
ExitCode DemoPool::join(const Node& hub, const demo::PoolUniversity& university) {
    const auto token =
        hub.members().invite(university.node_id, federation::Names::roster, clock_.now_utc_s());
    if (!token) return complain(token.error(), ExitCode::resource);
    const auto node = Node::open(folder_of(university), clock_);
    if (!node) return complain(node.error(), ExitCode::configuration);
    const auto seen = services::look_at_hub(hub_url_, node->tls_identity());
    if (!seen) return complain(seen.error(), ExitCode::resource);
    if (seen->introduction.key.fingerprint() != hub_fingerprint_) {
        console_.complain(fmt::format("{}: another hub answers than the one that was started", hub_url_));
        return ExitCode::resource;
    }
    if (const auto joined = services::join_hub(*node, *seen, *token, {federation::Names::roster, ""});
        !joined)
        return complain(joined.error(), ExitCode::resource);
    const std::string fingerprint = node->signing_key().verifying_key().fingerprint();
    if (const auto accepted = hub.members().accept(university.node_id, fingerprint, clock_.now_utc_s());
        !accepted)
        return complain(accepted.error(), ExitCode::resource);
    return ExitCode::ok;
}

ExitCode DemoPool::join_universities() {
    const auto hub = Node::open(hub_folder(), clock_, Node::Access::look);
    if (!hub) return complain(hub.error(), ExitCode::configuration);
    for (const demo::PoolUniversity& university : plan_) {
        if (interrupted()) return interrupted_while(console_, "joining universities");
        if (const auto heard = listen(); !heard) return complain(heard.error(), ExitCode::resource);
        console_.progress(fmt::format("joining: {}", university.month.name));
        if (const ExitCode code = join(*hub, university); code != ExitCode::ok) return code;
    }
    console_.say(fmt::format("joined: {} universities, with keys and certificates of their own, at {}",
                             plan_.size(), hub_url_));
    return ExitCode::ok;
}

std::size_t DemoPool::count_receipted(const Node& hub) {
    std::size_t receipted = 0;
    for (const federation::Member& member : hub.members().all()) {
        const bool all = member.announced.number > 0 && hub.statements().head(member.id) == member.announced;
        if (!all) continue;
        ++receipted;
        const auto process = std::ranges::find(processes_, member.id, &Process::node_id);
        if (process != processes_.end()) process->receipted = true;
    }
    return receipted;
}

void DemoPool::show(std::size_t receipted) {
    std::vector<std::string> lines;
    for (const Process& process : processes_)
        lines.push_back(fmt::format("{:<22} {} {}", process.node_id, process.receipted ? "✓" : " ",
                                    process.last_line.empty() ? "reading its logs" : process.last_line));
    console_.panel(lines, fmt::format("{} of {} universities receipted", receipted, plan_.size()));
}

ExitCode DemoPool::run_universities() {
    processes_.front().last_line = "listening on " + hub_url_;
    for (const demo::PoolUniversity& university : plan_)
        start(university.node_id, folder_of(university), {"--every", "10"});
    console_.say(
        fmt::format("started: {} processes, {} universities and their hub", processes(), plan_.size()));
    const auto hub = Node::open(hub_folder(), clock_, Node::Access::look);
    if (!hub) return complain(hub.error(), ExitCode::configuration);
    for (std::size_t receipted = 0; receipted < plan_.size();) {
        if (interrupted()) return interrupted_while(console_, "the universities were sending");
        if (const auto heard = listen(); !heard) return complain(heard.error(), ExitCode::resource);
        receipted = count_receipted(*hub);
        show(receipted);
    }
    return ExitCode::ok;
}

ExitCode DemoPool::keep_running() {
    while (!interrupted()) {
        if (const auto heard = listen(); !heard) return complain(heard.error(), ExitCode::resource);
    }
    return ExitCode::ok;
}

ExitCode DemoPool::stop() {
    for (Process& process : processes_)
        process.child.ask_to_stop();
    ExitCode result = ExitCode::ok;
    for (Process& process : processes_) {
        if (const int code = process.child.wait(kPatience); code != 0) {
            console_.complain(fmt::format("the process of {} ended with exit code {}; see {}",
                                          process.node_id, code, process.child.log().string()));
            result = ExitCode::resource;
        }
    }
    processes_.clear();
    return result;
}

}  // namespace assidu::node::cli
