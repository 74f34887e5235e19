#!/bin/sh
# build.sh <source dir> <build dir> <install dir or ""> [cmake option...]: configures, builds on all cores, and installs
# the library. Does only what has changed since the last time.
set -eu

source=$1
build=$2
install=$3
shift 3

# A build directory that came along with a moved or copied checkout knows the wrong paths.
if [ -f "$build/CMakeCache.txt" ] && ! grep -Fqx "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
    rm -rf "$build"
fi
if [ ! -f "$build/CMakeCache.txt" ] && ! command -v make >/dev/null 2>&1; then
    set -- -G Ninja "$@"
fi
cmake -S "$source" -B "$build" "$@" >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
cmake --build "$build" --parallel "$(getconf _NPROCESSORS_ONLN)"
[ -z "$install" ] || cmake --install "$build" --prefix "$install" >/dev/null
