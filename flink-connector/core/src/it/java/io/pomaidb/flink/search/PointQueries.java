package io.pomaidb.flink.search;

import io.pomaidb.flink.fixture.SqlIndex;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Queries against an index of which row n lies at (n, 0): query n is nearest to row n, and next to row n + 1. */
final class PointQueries {
    /** Rows of the index. */
    static final int ROWS = 60;

    private PointQueries() {}

    /** One for each row but the last. */
    static DataStream<Long> in(StreamExecutionEnvironment environment) {
        environment.setParallelism(2);
        return environment.fromSequence(0, ROWS - 2);
    }

    static float[] vector(Long query) {
        return new float[] {query + 0.25f, 0};
    }

    /** The best two, by three searchers. */
    static PomaiSearch search(SqlIndex index) {
        return PomaiSearch.on(index.path())
                .option("cache_dir", index.cache())
                .topK(2)
                .searchers(3);
    }
}
