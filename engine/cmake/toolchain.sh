#!/bin/sh
# toolchain.sh <file>: sees that the engine can be built here: CMake, a build tool, and a compiler that knows C++20. If so
# it makes <file>; if not, it removes it and says in one line what is missing. It is the file that Maven asks for: a
# failing command would bury that line under a stack trace.
set -u

mkdir -p "$(dirname "$1")"
ready=$1
rm -f "$ready"

fail() {
    echo "Cannot build the engine: $1 (Debian: apt-get install g++ cmake make; Fedora: dnf install gcc-c++ cmake make; macOS: xcode-select --install && brew install cmake)"
    exit 0
}

command -v cmake >/dev/null 2>&1 || fail "CMake is not installed"
version=$(cmake --version | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
# shellcheck disable=SC2086  # two words: major and minor
set -- $version
[ "${1:-0}" -gt 3 ] || { [ "${1:-0}" -eq 3 ] && [ "${2:-0}" -ge 18 ]; } || fail "CMake 3.18 or later is needed, and this is ${1:-0}.${2:-0}"

command -v make >/dev/null 2>&1 || command -v ninja >/dev/null 2>&1 || fail "neither make nor ninja is installed"

# The compiler that CMake will take: $CXX, or the first of these.
compiler=${CXX:-}
for candidate in c++ g++ clang++; do
    [ -n "$compiler" ] || ! command -v "$candidate" >/dev/null 2>&1 || compiler=$candidate
done
[ -n "$compiler" ] || fail "no C++ compiler is installed"
# shellcheck disable=SC2086  # CXX may carry arguments
printf '#include <span>\n#include <concepts>\nint main() { return static_cast<int>(std::span<int>().size()); }\n' |
    $compiler -std=c++20 -fsyntax-only -x c++ - >/dev/null 2>&1 || fail "$compiler does not compile C++20"

# The library takes the C++ library along; Fedora and its kin have the static one in a package of its own.
if [ "$(uname -s)" = Linux ]; then
    # shellcheck disable=SC2086
    printf '#include <string>\nstd::string f(std::string s) { return s + s; }\n' |
        $compiler -std=c++20 -fPIC -shared -static-libstdc++ -x c++ - -o "$ready.so" >/dev/null 2>&1 ||
        fail "$compiler has no static C++ library (Fedora: dnf install libstdc++-static)"
    rm -f "$ready.so"
fi
touch "$ready"
