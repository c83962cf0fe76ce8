#include "tests/simulation/virtual_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace assidu::simulation {
namespace {

constexpr std::int64_t kSector = 512;  // what a disk writes whole or not at all
constexpr int kMemoryLocks = 8;

std::map<std::string, VirtualDisk*>& disks() {
    static std::map<std::string, VirtualDisk*> all;
    return all;
}

std::uint64_t& randomness() {
    static std::uint64_t state = 1;
    return state;
}

std::uint64_t next_random() {  // splitmix64
    std::uint64_t z = (randomness() += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

// "/MACHINE/FILE".
VirtualDisk* disk_of(const std::string& path) {
    const std::size_t slash = path.find('/', 1);
    const auto found = disks().find(path.substr(1, slash - 1));
    return found == disks().end() ? nullptr : found->second;
}

}  // namespace

// An open file, as SQLite holds it.
struct VirtualFile {
    sqlite3_file base;
    VirtualDisk* disk;
    std::shared_ptr<VirtualDisk::Contents>* contents;
    int level;
    unsigned memory_shared, memory_exclusive;  // masks of the locks that this connection has

    static VirtualFile& of(sqlite3_file* file) { return *reinterpret_cast<VirtualFile*>(file); }
    VirtualDisk::Contents& bytes() const { return **contents; }

    static int close(sqlite3_file* file) {
        VirtualFile& self = of(file);
        unlock(file, SQLITE_LOCK_NONE);
        delete self.contents;
        self.contents = nullptr;
        return SQLITE_OK;
    }
    static int read(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
        const VirtualFile& self = of(file);
        if (self.disk->is_stopped()) return SQLITE_IOERR_READ;
        const std::string& now = self.bytes().now;
        const auto size = static_cast<sqlite3_int64>(now.size());
        const auto there = std::clamp<sqlite3_int64>(size - offset, 0, amount);
        if (there > 0) std::memcpy(to, now.data() + offset, static_cast<std::size_t>(there));
        if (there == amount) return SQLITE_OK;
        std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(amount - there));
        return SQLITE_IOERR_SHORT_READ;
    }
    static int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
        VirtualFile& self = of(file);
        if (const int failed = self.disk->begin(DiskWork::write)) return failed;
        VirtualDisk::Contents& contents = self.bytes();
        const std::int64_t growth =
            std::max<std::int64_t>(offset + amount - static_cast<std::int64_t>(contents.now.size()), 0);
        if (self.disk->room_ > 0 && growth > 0 && self.disk->size() + growth > self.disk->room_) {
            self.disk->has_failed_ = true;
            return SQLITE_FULL;
        }
        VirtualDisk::Write write{
            offset, {static_cast<const char*>(from), static_cast<std::size_t>(amount)}, 0};
        VirtualDisk::apply(contents.now, write);
        contents.unsynced.push_back(std::move(write));
        return SQLITE_OK;
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        VirtualFile& self = of(file);
        if (const int failed = self.disk->begin(DiskWork::truncate)) return failed;
        const VirtualDisk::Write write{-1, {}, size};
        VirtualDisk::apply(self.bytes().now, write);
        self.bytes().unsynced.push_back(write);
        return SQLITE_OK;
    }
    static int sync(sqlite3_file* file, int) {
        VirtualFile& self = of(file);
        if (const int failed = self.disk->begin(DiskWork::sync)) return failed;
        if (self.disk->lies_) return SQLITE_OK;
        VirtualDisk::Contents& contents = self.bytes();
        for (const VirtualDisk::Write& write : contents.unsynced)
            VirtualDisk::apply(contents.durable, write);
        contents.unsynced.clear();
        // As SQLite's own VFS: the first sync of a new file syncs its folder, and so whatever happened in it.
        if (!contents.is_named_durably) self.disk->sync_folder();
        return SQLITE_OK;
    }
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        *size = static_cast<sqlite3_int64>(of(file).bytes().now.size());
        return SQLITE_OK;
    }
    static int lock(sqlite3_file* file, int level) {
        VirtualFile& self = of(file);
        VirtualDisk::Contents& contents = self.bytes();
        if (level <= self.level) return SQLITE_OK;
        const bool is_mine = contents.exclusive == nullptr || contents.exclusive == file;
        if (!is_mine) return SQLITE_BUSY;
        if (level == SQLITE_LOCK_RESERVED && contents.reserved != nullptr && contents.reserved != file)
            return SQLITE_BUSY;
        if (level == SQLITE_LOCK_EXCLUSIVE && contents.shared > 1) return SQLITE_BUSY;
        if (self.level == SQLITE_LOCK_NONE) ++contents.shared;
        if (level >= SQLITE_LOCK_RESERVED) contents.reserved = file;
        if (level == SQLITE_LOCK_EXCLUSIVE) contents.exclusive = file;
        self.level = level;
        return SQLITE_OK;
    }
    static int unlock(sqlite3_file* file, int level) {
        VirtualFile& self = of(file);
        VirtualDisk::Contents& contents = self.bytes();
        if (self.level > level) {
            if (contents.reserved == file) contents.reserved = nullptr;
            if (contents.exclusive == file) contents.exclusive = nullptr;
            if (level == SQLITE_LOCK_NONE) --contents.shared;
            self.level = level;
        }
        return SQLITE_OK;
    }
    static int is_reserved(sqlite3_file* file, int* reserved) {
        *reserved = of(file).bytes().reserved != nullptr ? 1 : 0;
        return SQLITE_OK;
    }
    static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
    static int sector_size(sqlite3_file*) { return 4096; }
    static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static int memory_map(sqlite3_file* file, int region, int size, int extend, void volatile** to) {
        VirtualFile& self = of(file);
        auto& memory = self.bytes().memory;
        *to = nullptr;
        while (memory.size() <= static_cast<std::size_t>(region)) {
            if (extend == 0) return SQLITE_OK;
            memory.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
        }
        *to = memory[static_cast<std::size_t>(region)].get();
        return SQLITE_OK;
    }
    static int memory_lock(sqlite3_file* file, int first, int count, int flags) {
        VirtualFile& self = of(file);
        VirtualDisk::Contents& contents = self.bytes();
        for (int i = first; i < first + count && (flags & SQLITE_SHM_LOCK) != 0; ++i) {
            const bool is_others =
                contents.memory_exclusive[i] != nullptr && contents.memory_exclusive[i] != file;
            const int mine = (self.memory_shared >> i & 1U) != 0 ? 1 : 0;
            if (is_others || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && contents.memory_shared[i] > mine))
                return SQLITE_BUSY;
        }
        for (int i = first; i < first + count; ++i) {
            const unsigned bit = 1U << i;
            if ((flags & SQLITE_SHM_LOCK) != 0 && (flags & SQLITE_SHM_SHARED) != 0) {
                if ((self.memory_shared & bit) == 0) ++contents.memory_shared[i];
                self.memory_shared |= bit;
            } else if ((flags & SQLITE_SHM_LOCK) != 0) {
                contents.memory_exclusive[i] = file;
                self.memory_exclusive |= bit;
            } else {
                release(file, i);
            }
        }
        return SQLITE_OK;
    }
    static void release(sqlite3_file* file, int i) {
        VirtualFile& self = of(file);
        const unsigned bit = 1U << i;
        if ((self.memory_shared & bit) != 0) --self.bytes().memory_shared[i];
        if ((self.memory_exclusive & bit) != 0) self.bytes().memory_exclusive[i] = nullptr;
        self.memory_shared &= ~bit;
        self.memory_exclusive &= ~bit;
    }
    static void memory_barrier(sqlite3_file*) {}
    static int memory_unmap(sqlite3_file* file, int remove) {
        for (int i = 0; i < kMemoryLocks; ++i)
            release(file, i);
        if (remove != 0) of(file).bytes().memory.clear();
        return SQLITE_OK;
    }
};

struct VirtualFiles {
    static int open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
        static constexpr sqlite3_io_methods kMethods{
            2,
            VirtualFile::close,
            VirtualFile::read,
            VirtualFile::write,
            VirtualFile::truncate,
            VirtualFile::sync,
            VirtualFile::file_size,
            VirtualFile::lock,
            VirtualFile::unlock,
            VirtualFile::is_reserved,
            VirtualFile::control,
            VirtualFile::sector_size,
            VirtualFile::characteristics,
            VirtualFile::memory_map,
            VirtualFile::memory_lock,
            VirtualFile::memory_barrier,
            VirtualFile::memory_unmap,
            nullptr,
            nullptr,
        };
        file->pMethods = nullptr;
        static VirtualDisk scratch("");  // files without a name
        VirtualDisk* const disk = path == nullptr ? &scratch : disk_of(path);
        if (disk == nullptr) return SQLITE_CANTOPEN;
        if (const int failed = disk->begin(DiskWork::open))
            return failed == SQLITE_IOERR ? SQLITE_CANTOPEN : failed;
        std::shared_ptr<VirtualDisk::Contents> contents;
        if (path == nullptr) {
            contents = std::make_shared<VirtualDisk::Contents>();
        } else {
            const auto found = disk->files_.find(path);
            if (found == disk->files_.end() && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
            if (found == disk->files_.end()) {
                contents = disk->files_[path] = std::make_shared<VirtualDisk::Contents>();
            } else {
                contents = found->second;
            }
        }
        auto& opened = VirtualFile::of(file);
        opened = {};
        opened.disk = disk;
        opened.contents = new std::shared_ptr<VirtualDisk::Contents>(std::move(contents));
        file->pMethods = &kMethods;
        if (out_flags != nullptr) *out_flags = flags;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs*, const char* path, int sync_folder) {
        VirtualDisk* const disk = disk_of(path);
        if (disk == nullptr) return SQLITE_IOERR_DELETE;
        if (const int failed = disk->begin(DiskWork::remove)) return failed;
        const auto found = disk->files_.find(path);
        if (found == disk->files_.end()) return SQLITE_IOERR_DELETE_NOENT;
        if (found->second->is_named_durably) disk->removed_[path] = found->second;
        disk->files_.erase(found);
        if (sync_folder != 0) disk->sync_folder();
        return SQLITE_OK;
    }
    static int access(sqlite3_vfs*, const char* path, int, int* is_there) {
        const VirtualDisk* const disk = disk_of(path);
        *is_there = disk != nullptr && disk->files_.contains(path) ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
        sqlite3_snprintf(size, out, "%s", path);
        return SQLITE_OK;
    }
    static int random(sqlite3_vfs*, int size, char* out) {
        for (int i = 0; i < size; ++i)
            out[i] = static_cast<char>(next_random());
        return size;
    }
    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
    static int now(sqlite3_vfs*, double* julian_day) {
        *julian_day = 2461000.5;
        return SQLITE_OK;
    }
    static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

VirtualDisk::VirtualDisk(std::string machine) : machine_(std::move(machine)) {
    disks()[machine_] = this;
}

VirtualDisk::~VirtualDisk() {
    disks().erase(machine_);
}

void VirtualDisk::install() {
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs made{};
        made.iVersion = 1;
        made.szOsFile = sizeof(VirtualFile);
        made.mxPathname = 512;
        made.zName = "assidu-virtual";
        made.xOpen = VirtualFiles::open;
        made.xDelete = VirtualFiles::remove;
        made.xAccess = VirtualFiles::access;
        made.xFullPathname = VirtualFiles::full_path;
        made.xRandomness = VirtualFiles::random;
        made.xSleep = VirtualFiles::sleep;
        made.xCurrentTime = VirtualFiles::now;
        made.xGetLastError = VirtualFiles::last_error;
        return made;
    }();
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) throw std::logic_error("the virtual disk is not taken");
}

void VirtualDisk::seed(std::uint64_t seed) {
    randomness() = seed;
    sqlite3_randomness(0, nullptr);  // it asks anew
}

int VirtualDisk::begin(DiskWork work) {
    if (is_stopped()) return SQLITE_IOERR;
    if (work != DiskWork::open) {
        ++works_;
        if (fuse_ > 0 && --fuse_ == 0) return SQLITE_IOERR;
    }
    const auto failure = failures_.find(work);
    if (failure == failures_.end() || --failure->second.first > 0) return SQLITE_OK;
    const int code = failure->second.second;
    failures_.erase(failure);
    has_failed_ = true;
    return code;
}

void VirtualDisk::fail(DiskWork work, std::int64_t nth, int code) {
    has_failed_ = false;
    failures_[work] = {nth, code};
}

std::int64_t VirtualDisk::size() const {
    std::int64_t all = 0;
    for (const auto& [name, contents] : files_)
        all += static_cast<std::int64_t>(contents->now.size());
    return all;
}

void VirtualDisk::sync_folder() {
    if (lies_) return;
    removed_.clear();
    for (auto& [name, contents] : files_)
        contents->is_named_durably = true;
}

void VirtualDisk::apply(std::string& bytes, const Write& write) {
    if (write.offset < 0) {
        bytes.resize(static_cast<std::size_t>(write.size));
        return;
    }
    const auto offset = static_cast<std::size_t>(write.offset);
    if (bytes.size() < offset + write.bytes.size()) bytes.resize(offset + write.bytes.size());
    std::copy(write.bytes.begin(), write.bytes.end(), bytes.begin() + write.offset);
}

void VirtualDisk::settle(Contents& contents, tests::Dice& dice) {
    // Nothing of it arrived, or everything, or chance has it write by write.
    const std::int64_t luck = dice.roll(0, 3);
    for (const Write& write : contents.unsynced) {
        if (luck == 0 || (luck > 1 && dice.one_in(2))) continue;
        const bool is_torn = luck == 3 && write.offset >= 0 && dice.one_in(2);
        if (!is_torn) {
            apply(contents.durable, write);
            continue;
        }
        const auto size = static_cast<std::int64_t>(write.bytes.size());
        for (std::int64_t at = 0; at < size; at += kSector) {
            if (dice.one_in(2)) continue;
            apply(contents.durable,
                  {write.offset + at, write.bytes.substr(static_cast<std::size_t>(at), kSector), 0});
        }
    }
    contents.now = contents.durable;
    contents.unsynced.clear();
    contents.is_named_durably = true;
    contents.shared = 0;
    contents.reserved = contents.exclusive = nullptr;
    contents.memory.clear();
    std::ranges::fill(contents.memory_shared, 0);
    std::ranges::fill(contents.memory_exclusive, nullptr);
}

void VirtualDisk::power_on(tests::Dice& dice) {
    fuse_ = -1;
    failures_.clear();
    for (auto& [name, contents] : removed_) {
        if (!files_.contains(name) && dice.one_in(2)) files_[name] = contents;
    }
    removed_.clear();
    for (auto file = files_.begin(); file != files_.end();) {
        const bool is_lost = !file->second->is_named_durably && dice.one_in(2);
        if (!is_lost) settle(*file->second, dice);
        file = is_lost ? files_.erase(file) : std::next(file);
    }
}

std::string VirtualDisk::read(const std::string& name) const {
    const auto found = files_.find("/" + machine_ + "/" + name);
    return found == files_.end() ? std::string() : found->second->now;
}

void VirtualDisk::write(const std::string& name, std::string bytes) {
    auto contents = std::make_shared<Contents>();
    contents->now = contents->durable = std::move(bytes);
    contents->is_named_durably = true;
    files_["/" + machine_ + "/" + name] = std::move(contents);
}

void VirtualDisk::remove(const std::string& name) {
    files_.erase("/" + machine_ + "/" + name);
    removed_.erase("/" + machine_ + "/" + name);
}

}  // namespace assidu::simulation
