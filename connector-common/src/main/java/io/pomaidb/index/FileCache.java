package io.pomaidb.index;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * What was read from small files that never change, kept in this JVM's memory up to a bound, the least recently used out.
 * Thread-safe; two threads may read the same file at the same time.
 *
 * @param <T> what a file is read as; immutable by agreement
 */
final class FileCache<T> {
    private final long maxBytes;
    private final Map<Key, Loaded<T>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    FileCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The content of a file, read if it is not kept. */
    T get(Path path, SegmentFile file, Loader<T> loader) throws IOException {
        // Size and checksum belong to the name: another index may come to stand at the path.
        var key = new Key(path, file);
        synchronized (this) {
            Loaded<T> known = entries.get(key);
            if (known != null) {
                return known.value();
            }
        }
        Loaded<T> loaded = loader.load();
        keep(key, loaded);
        return loaded.value();
    }

    private synchronized void keep(Key key, Loaded<T> loaded) {
        Loaded<T> replaced = entries.put(key, loaded);
        bytes += loaded.bytes() - (replaced == null ? 0 : replaced.bytes());
        Iterator<Loaded<T>> oldest = entries.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }

    private record Key(Path path, SegmentFile file) {}

    /** Something read, and about how much memory it takes. */
    record Loaded<T>(T value, long bytes) {}

    /** Reads a file. */
    @FunctionalInterface
    interface Loader<T> {
        Loaded<T> load() throws IOException;
    }
}
