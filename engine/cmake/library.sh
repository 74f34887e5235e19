#!/bin/sh
# library.sh <directory>: checks every library packed under it, <directory>/<platform>/libpomai_c.*, as JNA names
# platforms. library.sh <library> <platform>: checks one. A library must be for its platform, export the pomai_ functions
# and nothing else, need only libraries that every system has, and on Linux nothing newer than glibc 2.28 has.
set -eu

# A test of this script sets another floor, to see that it is held.
glibc=${POMAI_GLIBC_FLOOR:-2.28}

fail() {
    echo "Cannot pack $library: $1" >&2
    exit 1
}

# The version names that the library asks of others.
check_versions() {
    newest=
    for version in $(readelf --version-info --wide "$library" | sed -n 's/.* Name: \([^ ]*\) .*/\1/p' | sort -u -V); do
        case $version in
            GLIBC_[0-9]*)
                newest=${version#GLIBC_}
                last=$(printf '%s\n%s\n' "$glibc" "$newest" | sort -V | tail -1)
                [ "$last" = "$glibc" ] || fail "it needs $version, and must run on glibc $glibc (engine/src/floor has the means)"
                ;;
            GCC_[34].*) ;;
            *) fail "it needs $version, which systems with glibc $glibc may lack" ;;
        esac
    done
    echo "$platform/$(basename "$library") needs glibc ${newest:-of any version}"
}

check() {
    library=$1
    platform=$2
    case $platform in
        linux-*)
            exports=$(readelf --dyn-syms --wide "$library" | awk '$5 ~ /GLOBAL|WEAK|UNIQUE/ && $7 != "UND" { print $8 }')
            needed=$(readelf --dynamic --wide "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
            allowed='^(libc|libm|libgcc_s|libpthread|ld-linux-(x86-64|aarch64))\.so\.[0-9]+$'
            machine=$(readelf --file-header "$library" | sed -n 's/^ *Machine: *//p')
            case "$platform $machine" in
                linux-x86-64*X86-64* | linux-aarch64*AArch64*) ;;
                *) fail "it is for $machine" ;;
            esac
            check_versions
            ;;
        darwin-*)
            exports=$(nm -gU "$library" | awk '{ print $3 }' | sed 's/^_//')
            needed=$(otool -L "$library" | awk 'NR > 2 { print $1 }')
            allowed='^/usr/lib/lib(c\+\+|System\.B)(\.[0-9]+)?\.dylib$'
            machine=$(echo "${platform#darwin-}" | sed 's/x86-64/x86_64/; s/aarch64/arm64/')
            lipo -archs "$library" | grep -qw "$machine" || fail "it is not for $machine"
            ;;
        *) fail "this platform is not supported: $platform" ;;
    esac

    strangers=$(echo "$exports" | grep -v '^pomai_' || true)
    [ -z "$strangers" ] || fail "it exports symbols that are not pomai_ functions: $(echo "$strangers" | head -3 | tr '\n' ' ')"
    strangers=$(echo "$needed" | grep -Ev "$allowed" || true)
    [ -z "$strangers" ] || fail "it needs libraries that not every system has: $(echo "$strangers" | tr '\n' ' ')"
    for function in abi_version close delete exists free freeze get get_snapshot iter_free iter_get_record iter_next \
        iter_status iter_valid open options_init put put_batch record_free scan scan_options_init search search_batch \
        search_batch_free search_results_free snapshot_free status_code status_free status_message version_string \
        x_exists_batch x_get_batch x_leave_unsynced x_search_batch x_search_params_init; do
        echo "$exports" | grep -qx "pomai_$function" || fail "it does not export pomai_$function"
    done
}

if [ $# -eq 2 ]; then
    check "$1" "$2"
    exit 0
fi
found=0
for library in "$1"/*/libpomai_c.*; do
    [ -f "$library" ] || continue
    check "$library" "$(basename "$(dirname "$library")")"
    found=$((found + 1))
done
[ "$found" -gt 0 ] || {
    echo "Cannot pack the engine: there is no <platform>/libpomai_c.* under $1" >&2
    exit 1
}
