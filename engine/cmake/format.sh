#!/bin/sh
# format.sh check|apply <engine dir>: holds the C++ sources to .clang-format, where clang-format is installed. Major
# versions disagree over details, so only the one that the sources are formatted with counts.
set -eu

wanted=14
tool=
for candidate in "clang-format-$wanted" clang-format; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" --version | grep -q "version $wanted\."; then
        tool=$candidate
        break
    fi
done
if [ -z "$tool" ]; then
    echo "clang-format $wanted is not installed: C++ formatting is not checked"
    exit 0
fi
case $1 in
    check) set -- "$2" --dry-run --Werror ;;
    apply) set -- "$2" -i ;;
    *) echo "usage: format.sh check|apply <engine dir>" >&2; exit 2 ;;
esac
directory=$1
shift
find "$directory/include" "$directory/src" "$directory/test" "$directory/bench" \
    \( -name '*.h' -o -name '*.cc' \) -print0 2>/dev/null | xargs -0 "$tool" "$@"
