#include "tests/bench/event_chunks.h"

#include "node/huge_pages.h"

namespace assidu::bench {
namespace {

constexpr std::size_t kBlock = std::size_t{16} << 20;

}  // namespace

void EventChunks::Free::operator()(std::byte* block) const {
    node::HugePages<std::byte>().deallocate(block, kBlock);
}

void EventChunks::begin_chunk(Student& student) {
    if (free_ == end_) {
        free_ = node::HugePages<std::byte>().allocate(kBlock);
        end_ = free_ + kBlock;
        blocks_.emplace_back(free_);
    }
    auto* const chunk =
        reinterpret_cast<Chunk*>(free_);  // not constructed: that would write every event twice
    chunk->next = nullptr;
    chunk->count = 0;
    free_ += Chunk::kSize;
    (student.last == nullptr ? student.first : student.last->next) = chunk;
    student.last = chunk;
}

std::vector<std::int64_t> EventChunks::users() const {
    std::vector<std::int64_t> users;
    for (std::size_t i = 0; i < table_.size(); ++i) {
        if (table_[i].count != 0) users.push_back(static_cast<std::int64_t>(i));
    }
    for (const auto& [user_id, student] : others_)
        users.push_back(user_id);
    return users;
}

void EventChunks::copy(std::int64_t user_id, std::vector<node::Event>& events) const {
    const auto place = static_cast<std::size_t>(user_id);
    const Student& student = place < table_.size() ? table_[place] : others_.at(user_id);
    events.clear();
    events.reserve(student.count);
    for (const Chunk* chunk = student.first; chunk != nullptr; chunk = chunk->next)
        events.insert(events.end(), chunk->events, chunk->events + chunk->count);
}

}  // namespace assidu::bench
