package io.pomaidb.search;

import io.pomaidb.engine.DatabaseOptions;
import io.pomaidb.index.Segment;
import io.pomaidb.index.ShardSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The opened segments of one shard, newest first, and the rule which of several rows of an id counts. */
final class OpenShard implements AutoCloseable {
    private final List<OpenSegment> segments = new ArrayList<>();

    private OpenShard() {}

    static OpenShard open(SnapshotView view, int shard) throws IOException {
        var listed = new ArrayList<Segment>();
        var filters = new ArrayList<IdFilter>();
        for (ShardSegment segment : view.index().segmentsOf(view.snapshot(), shard)) {
            listed.add(segment.segment());
            filters.add(view.filter().of(segment.segment()).and(IdFilter.deny(segment.deleted())));
        }
        // A segment that may show nothing counts for what it replaces; the oldest ones replace nothing.
        int size = listed.size();
        while (size > 0 && filters.get(size - 1).isNone()) {
            size--;
        }
        var opened = new OpenShard();
        try {
            for (int i = 0; i < size; i++) {
                // Not before there is a segment: an index without rows may have no dim.
                DatabaseOptions database = view.databaseOptions();
                var lease = view.cache().lease(view.index(), view.snapshot(), listed.get(i), database);
                opened.segments.add(new OpenSegment(listed.get(i), lease, filters.get(i)));
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Number of segments; 0 is the newest. */
    int size() {
        return segments.size();
    }

    OpenSegment segment(int segment) {
        return segments.get(segment);
    }

    /** For each of {@code ids}, whether a segment newer than {@code segment} has a row of it, which then counts. */
    boolean[] replaced(long[] ids, int segment) {
        var of = new int[ids.length];
        Arrays.fill(of, segment);
        return replaced(ids, of);
    }

    /** For each of {@code ids}, whether a segment newer than the one of {@code of} has a row of it, which then counts. */
    boolean[] replaced(long[] ids, int[] of) {
        var replaced = new boolean[ids.length];
        var asked = new int[ids.length];
        for (int newer = 0; newer < segments.size(); newer++) {
            int count = 0;
            for (int i = 0; i < ids.length; i++) {
                if (newer < of[i] && !replaced[i]) {
                    asked[count++] = i;
                }
            }
            if (count == 0) {
                break;
            }
            var questions = new long[count];
            for (int i = 0; i < count; i++) {
                questions[i] = ids[asked[i]];
            }
            boolean[] answers = segments.get(newer).database().exists(questions);
            for (int i = 0; i < count; i++) {
                replaced[asked[i]] = answers[i];
            }
        }
        return replaced;
    }

    /** For each of {@code ids}, the newest segment that has a row of it; -1 where none has. */
    int[] newest(long[] ids) {
        var newest = new int[ids.length];
        Arrays.fill(newest, -1);
        for (int segment = 0; segment < segments.size(); segment++) {
            boolean[] has = segments.get(segment).database().exists(ids);
            for (int i = 0; i < ids.length; i++) {
                newest[i] = newest[i] < 0 && has[i] ? segment : newest[i];
            }
        }
        return newest;
    }

    /** Keeps the databases from being used again, after a failure in one of them. */
    void invalidate() {
        segments.forEach(OpenSegment::invalidate);
    }

    @Override
    public void close() {
        segments.forEach(OpenSegment::close);
    }
}
