package io.pomaidb.search;

import io.pomaidb.index.Segment;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadReader;
import io.pomaidb.payload.PayloadRow;
import io.pomaidb.payload.PayloadScan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The payload of rows of an opened shard. Files are opened when they are first needed, several at a time, and stay so. For
 * one thread.
 */
final class PayloadRows implements AutoCloseable {
    private final SnapshotView view;
    private final OpenShard shard;
    private final List<PayloadColumn> columns;
    private final Map<UUID, PayloadReader> readers = new ConcurrentHashMap<>();

    /** The scan beside that of a segment's vectors, and which segment that is. */
    private PayloadScan scan;

    private int scanned = -1;

    PayloadRows(SnapshotView view, OpenShard shard, List<PayloadColumn> columns) {
        this.view = view;
        this.shard = shard;
        this.columns = columns;
    }

    List<PayloadColumn> columns() {
        return columns;
    }

    private PayloadReader reader(Segment segment) throws IOException {
        PayloadReader reader = readers.get(segment.uuid());
        if (reader == null) {
            reader = PayloadReader.open(view.index().payload(segment).orElse(null), columns);
            readers.put(segment.uuid(), reader);
        }
        return reader;
    }

    /** The rows of some ids, each of the newest segment that has one; null where none does. */
    List<PayloadRow> rows(long[] ids) throws IOException {
        var rows = new PayloadRow[ids.length];
        int[] newest = shard.newest(ids);
        var places = new LinkedHashMap<Segment, List<Integer>>();
        for (int i = 0; i < ids.length; i++) {
            if (newest[i] >= 0) {
                Segment segment = shard.segment(newest[i]).segmentOf(ids[i]);
                places.computeIfAbsent(segment, first -> new ArrayList<>()).add(i);
            }
        }
        view.read(
                List.copyOf(places.entrySet()),
                of -> {
                    List<Integer> wanted = of.getValue();
                    List<PayloadRow> found = reader(of.getKey())
                            .rows(wanted.stream().mapToLong(place -> ids[place]).toArray());
                    for (int i = 0; i < wanted.size(); i++) {
                        rows[wanted.get(i)] = found.get(i);
                    }
                    return found;
                },
                found -> {});
        return Arrays.asList(rows);
    }

    /** The row of an id in a segment, for ids that ascend within each segment. */
    PayloadRow next(int segment, long id) throws IOException {
        if (segment != scanned) {
            closeReaders();
            scan = reader(shard.segment(segment).segmentOf(id)).scan();
            scanned = segment;
        }
        return scan.seek(id);
    }

    private void closeReaders() throws IOException {
        try {
            for (PayloadReader reader : readers.values()) {
                reader.close();
            }
        } finally {
            readers.clear();
        }
    }

    /** Throws {@link UncheckedIOException} if a file cannot be closed. */
    @Override
    public void close() {
        try {
            closeReaders();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the payload files of a shard", e);
        }
    }
}
