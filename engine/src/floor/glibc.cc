// The shared library's floor: glibc 2.28, whatever glibc it is built on. Later ones moved the thread functions to
// libc.so.6, where they are the same functions under a new version, and made functions of fstat and stat. Here those
// names, hidden, lead to what glibc 2.28 has and all later ones keep. The C++ library inside of ours calls them too.
//
// Linked into the shared library only: in tests a sanitizer wants its own thread functions called. No header declares
// them here, because a definition would have to repeat each one's attributes; pointers are passed on as they come.
#include <features.h>

#if defined(__x86_64__)
#define POMAI_FIRST_VERSION "GLIBC_2.2.5"
#define POMAI_STAT_VERSION 1
#elif defined(__aarch64__)
#define POMAI_FIRST_VERSION "GLIBC_2.17"
#define POMAI_STAT_VERSION 0
#endif

#define POMAI_HIDDEN __attribute__((visibility("hidden")))

// `function`, defined as a call of its first version.
#define POMAI_FIRST(function, parameters, arguments)                               \
  int pomai_first_##function parameters;                                           \
  __asm__(".symver pomai_first_" #function "," #function "@" POMAI_FIRST_VERSION); \
  POMAI_HIDDEN int function parameters { return pomai_first_##function arguments; }

#if defined(POMAI_FIRST_VERSION)
extern "C" {

#if __GLIBC_PREREQ(2, 34)
POMAI_FIRST(pthread_create, (void* thread, const void* attributes, void* (*start)(void*), void* argument),
            (thread, attributes, start, argument))
POMAI_FIRST(pthread_join, (unsigned long thread, void** result), (thread, result))
POMAI_FIRST(pthread_detach, (unsigned long thread), (thread))
POMAI_FIRST(pthread_rwlock_rdlock, (void* lock), (lock))
POMAI_FIRST(pthread_rwlock_wrlock, (void* lock), (lock))
POMAI_FIRST(pthread_rwlock_unlock, (void* lock), (lock))
#endif

#if __GLIBC_PREREQ(2, 33)
int __fxstat(int version, int descriptor, void* info);
int __xstat(int version, const char* path, void* info);

POMAI_HIDDEN int fstat(int descriptor, void* info) { return __fxstat(POMAI_STAT_VERSION, descriptor, info); }
POMAI_HIDDEN int stat(const char* path, void* info) { return __xstat(POMAI_STAT_VERSION, path, info); }
#endif

#if __GLIBC_PREREQ(2, 32)
// Whether the process has one thread, which lets reference counts do without atomic operations. It is glibc's to know;
// not knowing is always right.
POMAI_HIDDEN char __libc_single_threaded = 0;
#endif
}
#endif
