// A growing array of plain values in one mapped block of its own, so that large vectors neither fragment malloc's
// arenas nor stay with them when freed. On Linux it grows by moving page tables, never by copying.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace pomai {

template <typename T>
class MappedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  MappedArray() = default;
  ~MappedArray() { Unmap(); }
  MappedArray(MappedArray&& other) noexcept { Swap(other); }
  MappedArray& operator=(MappedArray&& other) noexcept {
    Swap(other);
    return *this;
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  [[nodiscard]] std::span<T> values() { return {data_, size_}; }
  [[nodiscard]] std::span<const T> values() const { return {data_, size_}; }

  // Room for `capacity` values; throws std::bad_alloc and leaves the array as it was. Pointers into it end here.
  void Reserve(size_t capacity) {
    if (capacity <= capacity_) {
      return;
    }
    if (capacity > (static_cast<size_t>(PTRDIFF_MAX) - kGranule) / sizeof(T)) {
      throw std::bad_alloc();
    }
    const size_t wanted = std::max(capacity, capacity_ + capacity_ / 2) * sizeof(T);
    const size_t bytes = (wanted + kGranule - 1) / kGranule * kGranule;
    data_ = static_cast<T*>(Grow(bytes));
    capacity_ = bytes / sizeof(T);
    mapped_bytes_ = bytes;
  }

  // New values are zero the first time their place is used, and whatever stood there after a shrinking.
  void Resize(size_t size) {
    Reserve(size);
    size_ = size;
  }

  void Append(std::span<const T> values) {
    Reserve(size_ + values.size());
    if (!values.empty()) {
      std::memcpy(data_ + size_, values.data(), values.size_bytes());
    }
    size_ += values.size();
  }

  void Append(const T& value) { Append(std::span<const T>(&value, 1)); }

 private:
  static constexpr size_t kGranule = size_t{64} << 10;

  void* Grow(size_t bytes) {
#if defined(__linux__)
    if (data_ != nullptr) {
      void* moved = ::mremap(data_, mapped_bytes_, bytes, MREMAP_MAYMOVE);
      if (moved == MAP_FAILED) {
        throw std::bad_alloc();
      }
      return moved;
    }
#endif
    void* fresh = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) {
      throw std::bad_alloc();
    }
    if (data_ != nullptr) {
      std::memcpy(fresh, data_, size_ * sizeof(T));
      Unmap();
    }
    return fresh;
  }

  void Unmap() {
    if (data_ != nullptr) {
      ::munmap(data_, mapped_bytes_);
      data_ = nullptr;
    }
  }

  void Swap(MappedArray& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t mapped_bytes_ = 0;
};

}  // namespace pomai
