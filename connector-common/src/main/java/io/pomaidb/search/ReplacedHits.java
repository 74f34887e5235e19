package io.pomaidb.search;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which hits of a batch are of rows that a newer segment has replaced. Asking is what many segments cost, so a merge
 * first takes every hit for live and notes which ones it would like to know of; all of those are asked for together.
 */
final class ReplacedHits {
    private static final byte UNKNOWN = 0;
    private static final byte ASKED = 1;
    private static final byte LIVE = 2;
    private static final byte REPLACED = 3;

    private final OpenShard shard;
    private final int[] depths;

    /** What is known of each segment's hits, {@code depth} places a query. */
    private final byte[][] known;

    private long[] ids = new long[16];
    private int[] segments = new int[16];
    private int[] places = new int[16];
    private int size;

    ReplacedHits(OpenShard shard, int queries, int[] depths) {
        this.shard = shard;
        this.depths = depths.clone();
        known = new byte[shard.size()][];
        // Nothing replaces the rows of the newest segment.
        for (int segment = 1; segment < known.length; segment++) {
            known[segment] = new byte[Math.multiplyExact(queries, depths[segment])];
        }
    }

    /** Whether a hit is known to be replaced; where nothing is known it counts as live, and is asked for next. */
    boolean has(int segment, int query, int rank, long id) {
        if (segment == 0) {
            return false;
        }
        int place = query * depths[segment] + rank;
        if (known[segment][place] == UNKNOWN) {
            known[segment][place] = ASKED;
            note(segment, place, id);
        }
        return known[segment][place] == REPLACED;
    }

    private void note(int segment, int place, long id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            segments = Arrays.copyOf(segments, size * 2);
            places = Arrays.copyOf(places, size * 2);
        }
        ids[size] = id;
        segments[size] = segment;
        places[size++] = place;
    }

    /** Asks for what was noted; the queries that took a replaced row for a live one. */
    BitSet ask() {
        var wrong = new BitSet();
        if (size > 0) {
            boolean[] replaced = shard.replaced(Arrays.copyOf(ids, size), Arrays.copyOf(segments, size));
            for (int i = 0; i < size; i++) {
                known[segments[i]][places[i]] = replaced[i] ? REPLACED : LIVE;
                if (replaced[i]) {
                    wrong.set(places[i] / depths[segments[i]]);
                }
            }
            size = 0;
        }
        return wrong;
    }
}
