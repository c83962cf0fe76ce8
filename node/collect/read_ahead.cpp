#include "node/collect/read_ahead.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace assidu::node::collect {

ReadAhead::ReadAhead(std::function<std::size_t(char*, std::size_t)> read_some)
    : read_some_(std::move(read_some)), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void ReadAhead::run() {
    for (;;) {
        std::size_t at = 0;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stopped_ || full_ < kPieces; });
            if (stopped_) return;
            at = (first_ + full_) % kPieces;
        }
        Piece& piece = pieces_[at];
        piece.bytes.resize(kPieceBytes);
        std::exception_ptr failure;
        try {
            piece.size = read_some_(piece.bytes.data(), kPieceBytes);
        } catch (...) {
            failure = std::current_exception();
        }
        const bool more = !failure && piece.size > 0;
        {
            const std::lock_guard lock(mutex_);
            if (more) ++full_;
            failure_ = failure;
            ended_ = !more;
        }
        changed_.notify_all();
        if (!more) return;
    }
}

std::size_t ReadAhead::read(char* buffer, std::size_t size) {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return full_ > 0 || ended_; });
        if (full_ == 0) {
            if (failure_) std::rethrow_exception(failure_);
            return 0;
        }
    }
    const Piece& piece = pieces_[first_];
    const std::size_t bytes = std::min(size, piece.size - given_);
    std::memcpy(buffer, piece.bytes.data() + given_, bytes);
    given_ += bytes;
    if (given_ < piece.size) return bytes;
    given_ = 0;
    {
        const std::lock_guard lock(mutex_);
        first_ = (first_ + 1) % kPieces;
        --full_;
    }
    changed_.notify_all();
    return bytes;
}

}  // namespace assidu::node::collect
