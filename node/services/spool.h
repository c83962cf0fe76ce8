// The spool: a folder in which others leave files to be taken in, and where each file is in what became of
// it.
//
//   spool/NAME             complete, for it was put there by a rename; waits
//   spool/importing/NAME   being taken in; after a crash, taken in again, which is harmless
//   spool/done/NAME        taken in; the node needs it no more
//   spool/refused/NAME     refused as a whole, and NAME.txt says why
//
// A file is moved before it is read: a newer one of its name that arrives meanwhile is another file, and who
// may write in the spool cannot exchange what is being read. No move is synced: one that a power cut undoes
// is made again, after the file was taken in again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/refusal.h"

namespace assidu::node::services {

class Spool {
  public:
    // Makes the folders where they are missing, private to the owner. Refused if that cannot be done.
    [[nodiscard]] static config::Result<Spool> open(const std::filesystem::path& path);

    // The names that wait, in order of their bytes. Names that begin with '.' or end in ".part" or ".tmp" are
    // not complete and not mentioned; what is no regular file or cannot be read (symbolic links, pipes,
    // folders...) is left alone and told to `left_alone`, with why. Refused if the folder cannot be read.
    using LeftAlone = std::function<void(const std::string& name, const std::string& why)>;
    [[nodiscard]] config::Result<std::vector<std::string>> waiting(const LeftAlone& left_alone) const;

    // Moves up to kSpoolFilesMax of the files that wait to `importing/`, and answers all that are there now,
    // in order of their names: those that a crash left there, too. What cannot be moved is told to
    // `left_alone`.
    [[nodiscard]] config::Result<std::vector<std::filesystem::path>> take(const LeftAlone& left_alone) const;

    // Where a file of take() went to. A name that is there already gets a number. Refused if it cannot be
    // moved.
    [[nodiscard]] config::Result<std::filesystem::path> done(const std::filesystem::path& taken) const;
    [[nodiscard]] config::Result<std::filesystem::path> refused(const std::filesystem::path& taken,
                                                                const std::string& why) const;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // How many files are where, for whoever only looks: nothing is made, and a folder that is missing is
    // empty.
    struct Counts {
        std::size_t waiting = 0, importing = 0, refused = 0;
    };
    [[nodiscard]] static Counts count(const std::filesystem::path& path);

  private:
    explicit Spool(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace assidu::node::services
