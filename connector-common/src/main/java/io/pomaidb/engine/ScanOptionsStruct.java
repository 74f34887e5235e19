package io.pomaidb.engine;

import com.sun.jna.Memory;

/** {@code pomai_scan_options_t} at the library's defaults: all rows. */
final class ScanOptionsStruct {

    /** More than the 24 bytes it has in all known releases. */
    private static final int ROOM = 256;

    private ScanOptionsStruct() {}

    /** The caller closes it. */
    static Memory initialized(NativeApi api) {
        var options = OffHeap.zeroed(ROOM);
        api.scanOptionsInit(options);
        return options;
    }
}
