package io.pomaidb.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/** Shorthand for the rows and queries of tests. */
final class Rows {

    private Rows() {}

    static void put(PomaiDatabase database, long id, float... vector) {
        try (var batch = new VectorBatch(vector.length, 1)) {
            batch.add(id, vector);
            database.putBatch(batch);
        }
    }

    static SearchHits search(PomaiDatabase database, int topK, float... queries) {
        try (var batch = new QueryBatch(database.options().dim(), queries)) {
            return database.searchBatch(batch, topK);
        }
    }

    /** All rows of a scan, in its order. */
    static Map<Long, float[]> scan(PomaiDatabase database) {
        var rows = new LinkedHashMap<Long, float[]>();
        try (var scan = database.scan()) {
            while (scan.next()) {
                var vector = new float[scan.dim()];
                scan.copyVector(vector);
                if (rows.put(scan.id(), vector) != null) {
                    throw new AssertionError("row " + scan.id() + " was scanned twice");
                }
            }
        }
        return rows;
    }
}
