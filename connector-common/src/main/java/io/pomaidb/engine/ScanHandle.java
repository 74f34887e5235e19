package io.pomaidb.engine;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * The native side of one scan.
 *
 * @param iterator stands on a row, or behind the last
 * @param snapshot the state of the database that the iterator walks over
 * @param view the record in which the iterator shows its current row
 */
record ScanHandle(Pointer iterator, Pointer snapshot, Memory view) {

    /** Begins a scan; whatever of it was opened goes back if the rest fails. {@code out} is memory for one pointer. */
    static ScanHandle open(PomaiLibrary library, Pointer database, Memory out, String attempt) {
        var api = library.api();
        var view = RecordStruct.emptyView();
        Pointer snapshot = null;
        ScanHandle opened = null;
        try (var options = ScanOptionsStruct.initialized(api)) {
            api.check(api.getSnapshot(database, out), attempt);
            snapshot = library.require(out.getPointer(0), "snapshot", attempt);
            out.clear();
            api.check(api.scan(database, options, snapshot, out), attempt);
            opened = new ScanHandle(library.require(out.getPointer(0), "iterator", attempt), snapshot, view);
            return opened;
        } finally {
            if (opened == null) {
                if (snapshot != null) {
                    api.snapshotFree(snapshot);
                }
                view.close();
            }
        }
    }

    void free(NativeApi api) {
        api.iterFree(iterator);
        api.snapshotFree(snapshot);
        view.close();
    }
}
