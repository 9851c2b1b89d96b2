#include "memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace rs {
namespace {

constexpr size_t kAlign = 64;
constexpr size_t kLargePage = size_t{2} << 20;

Status out_of_memory(size_t bytes) {
  return Status::error("ERR_OUT_OF_MEMORY", "expected memory for " + std::to_string(bytes) +
                                                " bytes; this machine has " +
                                                std::to_string(physical_memory_bytes()));
}

Status file_error(const std::string& path, const std::string& what) {
  return Status::error("ERR_FILE", path + ": " + what);
}

}  // namespace

size_t physical_memory_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(size) : SIZE_MAX;
}

Status Memory::allocate(size_t bytes, std::shared_ptr<Memory>& out) {
  if (bytes > physical_memory_bytes()) return out_of_memory(bytes);
  std::shared_ptr<Memory> memory(new Memory());
  memory->bytes_ = bytes;
  if (bytes >= kLargePage) {
    // Aligned by hand so that the block can be made of large pages: a weight matrix is
    // read once a step, and a page miss per 4 KiB costs. What is left behind the last
    // whole one is of small pages: hundreds of matrices would else waste a tenth.
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t used = (bytes + page - 1) / page * page, whole = used + kLargePage;
    void* base = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return out_of_memory(bytes);
    const uintptr_t start = reinterpret_cast<uintptr_t>(base);
    const uintptr_t aligned = (start + kLargePage - 1) / kLargePage * kLargePage;
    if (aligned > start) munmap(base, aligned - start);
    const uintptr_t end = aligned + used;
    if (start + whole > end) munmap(reinterpret_cast<void*>(end), start + whole - end);
#if defined(MADV_HUGEPAGE)
    madvise(reinterpret_cast<void*>(aligned), bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
    memory->kind_ = Kind::pages;
    memory->base_ = reinterpret_cast<void*>(aligned);
    memory->base_bytes_ = used;
    memory->data_ = reinterpret_cast<uint8_t*>(aligned);
  } else {
    const size_t whole = (bytes + kAlign - 1) / kAlign * kAlign + kAlign;
    memory->base_ = std::aligned_alloc(kAlign, whole);
    if (memory->base_ == nullptr) return out_of_memory(bytes);
    std::memset(memory->base_, 0, whole);
    memory->data_ = static_cast<uint8_t*>(memory->base_);
  }
  out = std::move(memory);
  return Status::good();
}

Status Memory::map_file(const std::string& path, uint64_t offset, size_t bytes,
                        std::shared_ptr<Memory>& out) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file_error(path, std::strerror(errno));
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return file_error(path, "expected a regular file");
  }
  const uint64_t size = static_cast<uint64_t>(info.st_size);
  if (offset > size || bytes > size - offset) {
    close(fd);
    return file_error(path, "expected " + std::to_string(bytes) + " bytes at offset " +
                                std::to_string(offset) + ", the file has " + std::to_string(size));
  }
  std::shared_ptr<Memory> memory(new Memory());
  memory->kind_ = Kind::file;
  memory->writable_ = false;
  memory->bytes_ = bytes;
  if (bytes > 0) {
    const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    const uint64_t start = offset / page * page;
    memory->base_bytes_ = bytes + static_cast<size_t>(offset - start);
    void* base = mmap(nullptr, memory->base_bytes_, PROT_READ, MAP_SHARED, fd,
                      static_cast<off_t>(start));
    if (base == MAP_FAILED) {
      const int reason = errno;
      close(fd);
      memory->base_bytes_ = 0;
      return file_error(path, std::string("can't be mapped: ") + std::strerror(reason));
    }
    memory->base_ = base;
    memory->data_ = static_cast<uint8_t*>(base) + (offset - start);
  }
  close(fd);
  out = std::move(memory);
  return Status::good();
}

Memory::~Memory() {
  if (base_ == nullptr) return;
  if (kind_ == Kind::heap) std::free(base_);
  else munmap(base_, base_bytes_);
}

}  // namespace rs
