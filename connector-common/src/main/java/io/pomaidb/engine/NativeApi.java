package io.pomaidb.engine;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import io.pomaidb.error.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C functions of one loaded library, typed. Each library has its own table of functions, so that two of them live
 * side by side in one JVM; calls are whole batches, so that the cost of a dynamic call does not count.
 */
final class NativeApi {

    private static final Logger LOG = LoggerFactory.getLogger(NativeApi.class);

    /** C's bool fills one byte of the result register and leaves the others to chance. */
    private static final int BOOL_MASK = 0xff;

    private static final int RTLD_NOW = 2;
    private static final int RTLD_LOCAL = Platform.isMac() ? 0x4 : 0;
    private static final int RTLD_NODELETE = Platform.isMac() ? 0x80 : 0x1000;

    private final NativeLibrary library;
    private final Path path;
    private final Function open;
    private final Function putBatch;
    private final Function freeze;
    private final Function searchBatch;
    private final Function searchBatchFree;
    private final Function get;
    private final Function recordFree;
    private final Function exists;
    private final Function delete;
    private final Function getSnapshot;
    private final Function snapshotFree;
    private final Function scanOptionsInit;
    private final Function scan;
    private final Function iterValid;
    private final Function iterNext;
    private final Function iterStatus;
    private final Function iterGetRecord;
    private final Function iterFree;
    private final Function close;
    private final Function statusCode;
    private final Function statusMessage;
    private final Function statusFree;
    private final Function optionsInit;
    private final Function versionString;

    /** Of the extensions, each null where the library lacks it. */
    private final Function extendedSearchBatch;

    private final Function existsBatch;
    private final Function getBatch;
    private final Function leaveUnsynced;

    /**
     * Opens the library at {@code path}, an absolute path, and looks its functions up.
     *
     * @throws ConfigurationException if it is not there, is no library for this machine, or lacks a function
     */
    NativeApi(Path path) {
        this.path = path;
        library = open(path);
        open = function("pomai_open");
        putBatch = function("pomai_put_batch");
        freeze = function("pomai_freeze");
        searchBatch = function("pomai_search_batch");
        searchBatchFree = function("pomai_search_batch_free");
        get = function("pomai_get");
        recordFree = function("pomai_record_free");
        exists = function("pomai_exists");
        delete = function("pomai_delete");
        getSnapshot = function("pomai_get_snapshot");
        snapshotFree = function("pomai_snapshot_free");
        scanOptionsInit = function("pomai_scan_options_init");
        scan = function("pomai_scan");
        iterValid = function("pomai_iter_valid");
        iterNext = function("pomai_iter_next");
        iterStatus = function("pomai_iter_status");
        iterGetRecord = function("pomai_iter_get_record");
        iterFree = function("pomai_iter_free");
        close = function("pomai_close");
        statusCode = function("pomai_status_code");
        statusMessage = function("pomai_status_message");
        statusFree = function("pomai_status_free");
        optionsInit = function("pomai_options_init");
        versionString = function("pomai_version_string");
        extendedSearchBatch = extension("pomai_x_search_batch");
        existsBatch = extension("pomai_x_exists_batch");
        getBatch = extension("pomai_x_get_batch");
        leaveUnsynced = extension("pomai_x_leave_unsynced");
    }

    private static NativeLibrary open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new ConfigurationException("Cannot load the PomaiDB engine from " + path + ": there is no such file");
        }
        try {
            // Local symbols: with JNA's default, a second library would call the first one's functions. No unloading:
            // JNA closes a library that is out of reach, while threads that ran in it may have yet to clean up.
            var options = Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
            var library = NativeLibrary.getInstance(path.toString(), options);
            // JNA goes on to similar names beside a file that it could not load; a path that was named must not.
            if (!path.equals(library.getFile().toPath())) {
                throw new ConfigurationException("Cannot load the PomaiDB engine from " + path
                        + ": it is no library for this machine (" + library.getFile() + " beside it would be one)");
            }
            return library;
        } catch (UnsatisfiedLinkError failure) {
            throw new ConfigurationException(
                    "Cannot load the PomaiDB engine from " + path + ": " + reason(failure)
                            + " (accepted: a libpomai_c for this machine)",
                    failure);
        }
    }

    /** The dynamic loader's own words, which JNA puts below a headline, and then repeats for every name it tries. */
    private static String reason(UnsatisfiedLinkError failure) {
        var lines = String.valueOf(failure.getMessage()).lines().toList();
        return lines.size() > 1 ? lines.get(1) : lines.get(0);
    }

    private Function function(String name) {
        try {
            return library.getFunction(name);
        } catch (UnsatisfiedLinkError missing) {
            throw new ConfigurationException(
                    "Cannot use the PomaiDB engine at " + path + ": it has no function " + name
                            + " (accepted: a libpomai_c of release 1.4 or later)",
                    missing);
        }
    }

    private Function extension(String name) {
        try {
            return library.getFunction(name);
        } catch (UnsatisfiedLinkError missing) {
            LOG.debug("The PomaiDB engine at {} has no {}", path, name, missing);
            return null;
        }
    }

    /** Whether {@link #searchBatch(Pointer, Pointer, long, Pointer, Pointer)} can be called. */
    boolean hasExtendedSearch() {
        return extendedSearchBatch != null;
    }

    /** Whether {@link #existsBatch} can be called. */
    boolean hasExistsBatch() {
        return existsBatch != null;
    }

    /** Whether {@link #getBatch} can be called. */
    boolean hasGetBatch() {
        return getBatch != null;
    }

    /** Whether {@link #leaveUnsynced} can be called. */
    boolean hasLeaveUnsynced() {
        return leaveUnsynced != null;
    }

    void optionsInit(Pointer options) {
        optionsInit.invokeVoid(new Object[] {options});
    }

    String versionString() {
        return text(versionString.invokePointer(new Object[] {}));
    }

    Pointer open(Pointer options, Pointer outDatabase) {
        return open.invokePointer(new Object[] {options, outDatabase});
    }

    Pointer putBatch(Pointer database, Pointer upserts, long count) {
        return putBatch.invokePointer(new Object[] {database, upserts, count});
    }

    Pointer freeze(Pointer database) {
        return freeze.invokePointer(new Object[] {database});
    }

    Pointer searchBatch(Pointer database, Pointer queries, long count, Pointer outResults) {
        return searchBatch.invokePointer(new Object[] {database, queries, count, outResults});
    }

    /** The search of the extensions. */
    Pointer searchBatch(Pointer database, Pointer queries, long count, Pointer params, Pointer outResults) {
        return extendedSearchBatch.invokePointer(new Object[] {database, queries, count, params, outResults});
    }

    void searchBatchFree(Pointer results, long count) {
        searchBatchFree.invokeVoid(new Object[] {results, count});
    }

    Pointer get(Pointer database, long id, Pointer outRecord) {
        return get.invokePointer(new Object[] {database, id, outRecord});
    }

    void recordFree(Pointer record) {
        recordFree.invokeVoid(new Object[] {record});
    }

    Pointer exists(Pointer database, long id, Pointer outExists) {
        return exists.invokePointer(new Object[] {database, id, outExists});
    }

    Pointer existsBatch(Pointer database, Pointer ids, long count, Pointer outExists) {
        return existsBatch.invokePointer(new Object[] {database, ids, count, outExists});
    }

    Pointer getBatch(Pointer database, Pointer ids, long count, Pointer outVectors, Pointer outExists) {
        return getBatch.invokePointer(new Object[] {database, ids, count, outVectors, outExists});
    }

    Pointer leaveUnsynced(Pointer database) {
        return leaveUnsynced.invokePointer(new Object[] {database});
    }

    Pointer delete(Pointer database, long id) {
        return delete.invokePointer(new Object[] {database, id});
    }

    Pointer getSnapshot(Pointer database, Pointer outSnapshot) {
        return getSnapshot.invokePointer(new Object[] {database, outSnapshot});
    }

    void snapshotFree(Pointer snapshot) {
        snapshotFree.invokeVoid(new Object[] {snapshot});
    }

    void scanOptionsInit(Pointer options) {
        scanOptionsInit.invokeVoid(new Object[] {options});
    }

    Pointer scan(Pointer database, Pointer options, Pointer snapshot, Pointer outIterator) {
        return scan.invokePointer(new Object[] {database, options, snapshot, outIterator});
    }

    boolean iterValid(Pointer iterator) {
        return (iterValid.invokeInt(new Object[] {iterator}) & BOOL_MASK) != 0;
    }

    void iterNext(Pointer iterator) {
        iterNext.invokeVoid(new Object[] {iterator});
    }

    Pointer iterStatus(Pointer iterator) {
        return iterStatus.invokePointer(new Object[] {iterator});
    }

    Pointer iterGetRecord(Pointer iterator, Pointer outView) {
        return iterGetRecord.invokePointer(new Object[] {iterator, outView});
    }

    void iterFree(Pointer iterator) {
        iterFree.invokeVoid(new Object[] {iterator});
    }

    Pointer close(Pointer database) {
        return close.invokePointer(new Object[] {database});
    }

    /** Frees the status, and throws what it says; null means that the call went well. */
    void check(Pointer status, String attempt) {
        if (status == null) {
            return;
        }
        int number;
        String message;
        try {
            number = statusCode.invokeInt(new Object[] {status});
            message = text(statusMessage.invokePointer(new Object[] {status}));
        } finally {
            statusFree.invokeVoid(new Object[] {status});
        }
        throw new PomaiException(attempt, number, message);
    }

    private static String text(Pointer utf8) {
        return utf8 == null ? "" : utf8.getString(0, StandardCharsets.UTF_8.name());
    }
}
