// A file read, and digested on the way, by a thread of its own, some megabytes ahead of who asks for its
// bytes: on a second core, an import does not wait for the disk nor for SHA-256. What is digested is what is
// given, byte for byte.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace assidu::node::collect {

class ReadAhead {
  public:
    // `read_some` fills the buffer as read(2) does: the bytes it got, 0 at the end; what it throws, read()
    // throws once everything before was given. It is called from the other thread alone, until the end, an
    // exception or the destructor, whichever is first.
    explicit ReadAhead(std::function<std::size_t(char* buffer, std::size_t size)> read_some);
    // Waits for the call of `read_some` that is under way.
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // Up to `size` of the next bytes; 0 at the end and only there.
    [[nodiscard]] std::size_t read(char* buffer, std::size_t size);

  private:
    static constexpr std::size_t kPieces = 8, kPieceBytes = 256 * 1024;
    struct Piece {
        std::vector<char> bytes;
        std::size_t size = 0;
    };

    void run();

    std::function<std::size_t(char*, std::size_t)> read_some_;
    std::array<Piece, kPieces> pieces_;
    std::size_t given_ = 0;  // of the first piece, which is the reader's alone

    std::mutex mutex_;
    std::condition_variable changed_;
    // Pieces that are full and not yet given out begin at `first_`; the others are the thread's.
    std::size_t first_ = 0, full_ = 0;
    bool ended_ = false, stopped_ = false;
    std::exception_ptr failure_;

    std::thread thread_;
};

}  // namespace assidu::node::collect
