package io.pomaidb.flink.search;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.read.IndexAccess;
import io.pomaidb.flink.row.RowShape;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How a task searches an index or finds rows in it.
 *
 * @param access the index
 * @param shape the columns of the rows that are found
 * @param refresh how often to look for commits; zero: never
 * @param retries how often what failed is tried again
 * @param batch questions answered together at most
 */
public record SearchSettings(IndexAccess access, RowShape shape, Duration refresh, int retries, int batch)
        implements Serializable {
    /** The most questions that may be answered together. */
    private static final int MAX_BATCH = 65_536;

    /**
     * Checks the numbers.
     *
     * @throws ConfigurationException if one is out of range
     */
    public SearchSettings {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(shape, "shape");
        check("search.refresh-interval", refresh.toMillis(), 0, Long.MAX_VALUE);
        check("search.max-retries", retries, 0, 1_000);
        check("search.batch-size", batch, 1, MAX_BATCH);
    }

    /** Threads that a task searches with. */
    public int threads() {
        return Math.max(1, access.options().searchThreads());
    }

    /** The same for one of several threads. */
    public SearchSettings ofOneThread() {
        IndexAccess alone = access.with(Map.of(PomaiOption.SEARCH_THREADS.optionName(), "1"));
        return new SearchSettings(alone, shape, refresh, retries, batch);
    }

    private static void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ConfigurationException("Cannot use option " + option + ": it is " + value + " (accepted: " + least
                    + (most == Long.MAX_VALUE ? " or more" : " to " + most) + ")");
        }
    }
}
