#!/bin/sh
# library.sh <directory>: checks the one library packed under it: that it is for this machine, exports the pomai_
# functions and nothing else, and needs only libraries that every system has. Prints the oldest glibc it runs on.
set -eu

library=$(find "$1" -name 'libpomai_c.*' -type f)
[ -n "$library" ] && [ "$(echo "$library" | wc -l)" -eq 1 ] || {
    echo "Cannot pack the engine: expected one libpomai_c under $1, found: $library" >&2
    exit 1
}
fail() {
    echo "Cannot pack $library: $1" >&2
    exit 1
}

case $(uname -s) in
    Linux)
        exports=$(readelf --dyn-syms --wide "$library" | awk '$5 == "GLOBAL" && $7 != "UND" && $4 != "OBJECT" { print $8 }')
        needed=$(readelf --dynamic --wide "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
        allowed='^(libc|libm|libstdc\+\+|libgcc_s|libpthread|ld-linux-(x86-64|aarch64))\.so\.[0-9]+$'
        machine=$(readelf --file-header "$library" | sed -n 's/^ *Machine: *//p')
        case "$(uname -m) $machine" in
            x86_64*X86-64* | aarch64*AArch64*) ;;
            *) fail "it is for $machine, and this machine is $(uname -m)" ;;
        esac
        floor=$(readelf --version-info --wide "$library" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)
        cxx_floor=$(readelf --version-info --wide "$library" | grep -o 'GLIBCXX_[0-9.]*' | sort -uV | tail -1)
        echo "$(basename "$library"): $machine, needs ${floor:-no glibc} and ${cxx_floor:-no libstdc++}"
        ;;
    Darwin)
        exports=$(nm -gU "$library" | awk '{ print $3 }' | sed 's/^_//')
        needed=$(otool -L "$library" | awk 'NR > 2 { print $1 }')
        allowed='^/usr/lib/lib(c\+\+|System\.B)(\.[0-9]+)?\.dylib$'
        lipo -archs "$library" | grep -q "$(uname -m)" || fail "it is not for $(uname -m)"
        ;;
    *) fail "this system is not supported: $(uname -s)" ;;
esac

strangers=$(echo "$exports" | grep -v '^pomai_' || true)
[ -z "$strangers" ] || fail "it exports symbols that are not pomai_ functions: $(echo "$strangers" | head -3 | tr '\n' ' ')"
strangers=$(echo "$needed" | grep -Ev "$allowed" || true)
[ -z "$strangers" ] || fail "it needs libraries that not every system has: $(echo "$strangers" | tr '\n' ' ')"
for function in abi_version close delete exists free freeze get get_snapshot iter_free iter_get_record iter_next \
    iter_status iter_valid open options_init put put_batch record_free scan scan_options_init search search_batch \
    search_batch_free search_results_free snapshot_free status_code status_free status_message version_string; do
    echo "$exports" | grep -qx "pomai_$function" || fail "it does not export pomai_$function"
done
