#!/bin/sh
# cross.sh build <source dir> <build dir> <install dir> [cmake option...]: builds the engine for linux-aarch64 where this
# is another kind of Linux machine that has Debian's cross compiler, and says so where it has not.
# cross.sh test <build dir>: runs the tests that were built, under qemu-user where that is installed.
set -eu

skip() {
    echo "linux-aarch64: $1"
    exit 0
}

command=$1
shift
case $command in
    build)
        [ "$(uname -s)-$(uname -m)" != Linux-aarch64 ] || skip "this machine's own library"
        command -v aarch64-linux-gnu-g++ >/dev/null 2>&1 || {
            rm -rf "$2" "$3/linux-aarch64" # what an earlier build left there would be packed, however old
            skip "not built beside this machine's own library (Debian: apt-get install g++-aarch64-linux-gnu qemu-user)"
        }
        source=$1
        build=$2
        install=$3
        shift 3
        sh "$source/cmake/build.sh" "$source" "$build" "$install" \
            -DCMAKE_TOOLCHAIN_FILE="$source/cmake/aarch64-linux-gnu.cmake" "$@"
        ;;
    test)
        [ -d "$1" ] || skip "not built, nothing to test"
        command -v qemu-aarch64 >/dev/null 2>&1 || command -v qemu-aarch64-static >/dev/null 2>&1 ||
            skip "not tested, there is no qemu-aarch64 (Debian: apt-get install qemu-user)"
        cd "$1"
        ctest --output-on-failure --parallel 2
        ;;
    *)
        echo "usage: cross.sh build|test ..." >&2
        exit 2
        ;;
esac
