#include "node/services/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "node/collect/importer.h"
#include "node/collect/text.h"

namespace assidu::node::services {
namespace {

namespace fs = std::filesystem;
using collect::printable;

// A file on its way, and what it is or why it was refused.
struct Taken {
    fs::path path;
    collect::Recognised what;
    std::optional<std::string> refusal;
    [[nodiscard]] bool is_catalogue() const {
        return what.kind == collect::FileKind::people || what.kind == collect::FileKind::courses ||
               what.kind == collect::FileKind::activities;
    }
};

// Runs `work` over one file. What is wrong with the file becomes the reason for its refusal; the node's own
// stores failing is not the file's fault, and passes.
std::optional<std::string> refusal_by(const fs::path& file,
                                      const std::function<config::Result<void>()>& work) {
    try {
        const auto done = work();
        if (!done) return done.error().what;
        return std::nullopt;
    } catch (const config::ResourceFailure& failure) {
        const std::string what = failure.what();
        if (!what.starts_with(file.string() + ":")) throw;
        return what;
    } catch (const std::logic_error& error) {
        // One file that meets a defect must not stop all others at every start.
        return fmt::format("{}: a defect of Assidu, please report it: {}", file.string(), error.what());
    }
}

std::vector<Taken> recognised(const std::vector<fs::path>& paths) {
    std::vector<Taken> files;
    for (const fs::path& path : paths) {
        Taken& file = files.emplace_back(Taken{path, {}, {}});
        file.refusal = refusal_by(path, [&]() -> config::Result<void> {
            const auto what = collect::recognise(path);
            if (!what) return std::unexpected(what.error());
            file.what = *what;
            return {};
        });
    }
    std::ranges::stable_partition(files, &Taken::is_catalogue);
    return files;
}

std::int64_t count_of(const collect::FileImport& file, const char* name) {
    const auto found = file.counts.find(name);
    return found == file.counts.end() ? 0 : found->second;
}

class Intake {
  public:
    Intake(Node& node, const Spool& spool, const IntakeEvents& events)
        : node_(node), spool_(spool), events_(events) {
        import_events_.progress = [](std::uint64_t, std::uint64_t, std::int64_t) {};
        import_events_.warning = [this](const std::string& line) { events_.remark(printable(line)); };
        import_events_.wants_more = events_.wants_more;
    }

    void take(Taken& file, TakenIn& result) {
        if (!file.refusal && !file.is_catalogue() && lacks_people()) {
            ++result.stayed;
            events_.problem("people",
                            "log files wait in the spool: the settings select students by the catalogue of "
                            "people, and there is none yet; put it into the spool");
            return;
        }
        collect::FileImport import;
        if (!file.refusal)
            file.refusal = refusal_by(file.path, [&] {
                return collect::import_file(node_, file.path, file.what, {}, import_events_, import);
            });
        const std::string name = printable(file.path.filename().string());
        for (const std::string& remark : import.remarks)
            events_.remark(printable(fmt::format("{}: {}", name, remark)));
        if (!file.refusal && !import.complete) {
            ++result.stayed;
            return;
        }
        if (!file.refusal)
            events_.done(fmt::format("imported {}: {} rows, {} events", name, count_of(import, "read"),
                                     count_of(import, "added")));
        const auto moved = file.refusal ? spool_.refused(file.path, *file.refusal) : spool_.done(file.path);
        if (!moved) {
            ++result.stayed;
            events_.problem("moving " + name, printable(moved.error().what));
            return;
        }
        if (!file.refusal) {
            ++result.files;
            return;
        }
        ++result.refused;
        events_.problem(
            "refused " + moved->filename().string(),
            printable(fmt::format("refused, and moved to {}: {}", moved->string(), *file.refusal)));
    }

  private:
    // Nothing is wrong with a log that comes before the catalogue which says whose it is.
    [[nodiscard]] bool lacks_people() const {
        return node_.settings().students.needs_catalogue() &&
               node_.catalogue().count_people(node_.settings().source_name) == 0;
    }

    Node& node_;
    const Spool& spool_;
    const IntakeEvents& events_;
    collect::ImportEvents import_events_;
};

}  // namespace

config::Result<TakenIn> take_in(Node& node, const Spool& spool, const IntakeEvents& events) {
    const auto paths = spool.take([&](const std::string& name, const std::string& why) {
        events.left_alone(name);
        events.problem("spool " + name,
                       printable(fmt::format("{}: left alone: {}", (spool.path() / name).string(), why)));
    });
    if (!paths) return std::unexpected(paths.error());
    TakenIn result;
    Intake intake(node, spool, events);
    for (Taken& file : recognised(*paths)) {
        if (!events.wants_more())
            ++result.stayed;
        else
            intake.take(file, result);
    }
    return result;
}

}  // namespace assidu::node::services
