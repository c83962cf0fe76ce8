// The events of many students while a file is read: in chunks of one page that stay where they were written,
// from memory that the kernel is asked to back by huge pages. A vector a student copies every event about
// once more while it grows and touches twice the memory; the page faults of that were a third of the work
// (perf, docs/performance.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "node/event.h"

namespace assidu::bench {

class EventChunks {
  public:
    void add(std::int64_t user_id, const node::Event& event) {
        Student& student = of(user_id);
        if (student.last == nullptr || student.last->count == Chunk::kEvents) begin_chunk(student);
        student.last->events[student.last->count++] = event;
        ++student.count;
    }

    [[nodiscard]] std::vector<std::int64_t> users() const;
    // The events of one in the order they were added, in place of what `events` held. May be called from
    // several threads at a time while nobody adds.
    void copy(std::int64_t user_id, std::vector<node::Event>& events) const;

  private:
    struct Chunk {
        static constexpr std::size_t kSize = 4096;
        static constexpr std::size_t kEvents = (kSize - 2 * sizeof(void*)) / sizeof(node::Event);
        Chunk* next;
        std::size_t count;
        node::Event events[kEvents];
    };
    static_assert(sizeof(Chunk) <= Chunk::kSize);
    struct Student {
        Chunk *first = nullptr, *last = nullptr;
        std::size_t count = 0;
    };
    struct Free {
        void operator()(std::byte* block) const;
    };

    // The ids of a site are small numbers, and a table is quicker than a map.
    Student& of(std::int64_t user_id) {
        constexpr std::int64_t kTableMax = 1 << 22;
        if (user_id < 0 || user_id >= kTableMax) return others_[user_id];
        const auto place = static_cast<std::size_t>(user_id);
        if (place >= table_.size()) table_.resize(place + place / 2 + 1);
        return table_[place];
    }
    void begin_chunk(Student& student);

    std::vector<Student> table_;  // by user id
    std::unordered_map<std::int64_t, Student> others_;
    std::vector<std::unique_ptr<std::byte, Free>> blocks_;
    std::byte *free_ = nullptr, *end_ = nullptr;  // of the last block: what is not given out
};

}  // namespace assidu::bench
