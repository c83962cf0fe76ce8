// The disk of a simulated machine, in memory, behind an SQLite VFS: it remembers what was synced, and after a
// loss of power it has that, and of all other writes whatever chance leaves: none, some, or some sectors of
// one.
//
// install() makes it the VFS of the whole process: a path "/MACHINE/FILE" is a file on the disk of that name.
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/seed.h"

namespace assidu::simulation {

enum class DiskWork { open, write, sync, truncate, remove };

class VirtualDisk {
  public:
    // Known as `machine` from now on, until it goes; every file must be closed by then.
    explicit VirtualDisk(std::string machine);
    ~VirtualDisk();
    VirtualDisk(const VirtualDisk&) = delete;
    VirtualDisk& operator=(const VirtualDisk&) = delete;

    // For the process, once. SQLite's own randomness comes from `seed` on.
    static void install();
    static void seed(std::uint64_t seed);

    // The machine stops after so many more writes, syncs, truncations and removals: from then on everything
    // on the disk fails, until power_on().
    void stop_after(std::int64_t works) { fuse_ = works; }
    void stop() { fuse_ = 0; }
    void go_on() { fuse_ = is_stopped() ? 0 : -1; }
    [[nodiscard]] bool is_stopped() const { return fuse_ == 0; }
    // All files must be closed: what was not synced is lost as chance has it.
    void power_on(tests::Dice& dice);

    // The `nth` work of the kind from now on (1: the next) fails once, with this code of SQLite's.
    void fail(DiskWork work, std::int64_t nth, int code);
    // No failure that was asked for and has not come will come.
    void forgive() { failures_.clear(); }
    // Every write that makes the disk longer than this fails with SQLITE_FULL; 0: none.
    void set_room(std::int64_t bytes) { room_ = bytes; }
    // A disk that says it has synced, and has not: what a simulation must notice.
    void lie(bool lies) { lies_ = lies; }
    [[nodiscard]] std::int64_t works() const { return works_; }
    [[nodiscard]] bool has_failed() const { return has_failed_; }

    // Whole files, durably; for backups. Nothing has them open.
    [[nodiscard]] std::string read(const std::string& name) const;
    void write(const std::string& name, std::string bytes);
    void remove(const std::string& name);

  private:
    friend struct VirtualFile;
    friend struct VirtualFiles;
    struct Write {
        std::int64_t offset = 0;  // negative: a truncation to `size`
        std::string bytes;
        std::int64_t size = 0;
    };
    struct Contents {
        std::string now, durable;
        bool is_named_durably = false;  // its name outlives a loss of power
        std::vector<Write> unsynced;
        // SQLite's locks on the file and on its shared memory.
        int shared = 0;
        const void* reserved = nullptr;
        const void* exclusive = nullptr;
        std::vector<std::unique_ptr<char[]>> memory;
        int memory_shared[8] = {};
        const void* memory_exclusive[8] = {};
    };

    // SQLITE_OK, or what the work fails with.
    int begin(DiskWork work);
    [[nodiscard]] std::int64_t size() const;
    void sync_folder();
    static void apply(std::string& bytes, const Write& write);
    static void settle(Contents& contents, tests::Dice& dice);

    std::string machine_;
    std::map<std::string, std::shared_ptr<Contents>> files_;
    std::map<std::string, std::shared_ptr<Contents>> removed_;  // not yet durably
    std::int64_t fuse_ = -1, works_ = 0, room_ = 0;
    std::map<DiskWork, std::pair<std::int64_t, int>> failures_;
    bool lies_ = false, has_failed_ = false;
};

}  // namespace assidu::simulation
