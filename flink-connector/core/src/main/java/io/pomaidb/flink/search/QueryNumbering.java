package io.pomaidb.flink.search;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each query a name of its own, and the version of the index that all searchers search for it. Each run of a task
 * numbers anew under a random name: what an earlier run sent may still be on its way.
 */
final class QueryNumbering<Q> extends RichMapFunction<Q, Tuple3<Tuple2<Long, Long>, Long, Q>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(QueryNumbering.class);

    private final IndexAccess access;
    private final Duration refresh;
    private final HitKind kind;
    private transient PomaiIndex index;
    private transient long run;
    private transient long number;
    private transient long version;
    private transient long lookedAt;

    /** @param kind what the ids have to be for */
    QueryNumbering(IndexAccess access, Duration refresh, HitKind kind) {
        this.kind = kind;
        this.access = access;
        this.refresh = refresh;
    }

    @Override
    public void open(OpenContext context) throws IOException {
        run = ThreadLocalRandom.current().nextLong();
        index = access.index();
        look();
    }

    private void look() throws IOException {
        Snapshot latest = index.latestExisting();
        boolean keys = kind == HitKind.KEYS;
        if (kind != HitKind.ROWS && (latest.schema().idType() == IdType.STRING) != keys) {
            throw new ConfigurationException("Cannot search index " + index.path() + " for "
                    + (keys
                            ? "keys: its ids are numbers"
                            : "ids: they are strings, of which hits would give the hashes")
                    + " (use " + (keys ? "search" : "searchKeys") + ")");
        }
        version = latest.version();
        lookedAt = System.nanoTime();
    }

    /** A file system that does not answer now is no reason to end the job. */
    private void lookAgain() {
        try {
            look();
        } catch (IOException | RuntimeException e) {
            lookedAt = System.nanoTime();
            LOG.warn("Cannot look for a new version of {}; version {} is searched still", index.path(), version, e);
        }
    }

    @Override
    public Tuple3<Tuple2<Long, Long>, Long, Q> map(Q query) {
        if (!refresh.isZero() && System.nanoTime() - lookedAt > refresh.toNanos()) {
            lookAgain();
        }
        return Tuple3.of(Tuple2.of(run, number++), version, query);
    }
}
