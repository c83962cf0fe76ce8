// Memory for arrays of many megabytes that are written from end to end: the kernel is asked to back it by
// huge pages. With small ones, the faults of a first touch cost more than what is written
// (docs/performance.md).
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace assidu::node {

// An allocator; arrays of less than a huge page come from the heap as ever.
template <class T>
struct HugePages {
    using value_type = T;

    HugePages() = default;
    template <class U>
    explicit HugePages(const HugePages<U>&) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > PTRDIFF_MAX / sizeof(T)) throw std::bad_array_new_length();
        const std::size_t bytes = count * sizeof(T);
        if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes));
        const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
        void* const memory = std::aligned_alloc(kHugePage, whole);
        if (memory == nullptr) throw std::bad_alloc();
        // A wish: where it is not granted, the pages are small.
        ::madvise(memory, whole, MADV_HUGEPAGE);
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) {
        if (count * sizeof(T) < kHugePage)
            ::operator delete(memory);
        else
            std::free(memory);
    }
    friend bool operator==(const HugePages&, const HugePages&) { return true; }

  private:
    static constexpr std::size_t kHugePage = std::size_t{2} << 20;
};

}  // namespace assidu::node
