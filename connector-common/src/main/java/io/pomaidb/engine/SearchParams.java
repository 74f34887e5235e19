package io.pomaidb.engine;

import io.pomaidb.error.ConfigurationException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How one call searches. Immutable, and as thread-safe as the {@link IdArray} in it, which it does not own.
 *
 * <p>The ids of an {@link IdArray} are honoured with every library. The rest needs one with the extensions of
 * {@link PomaiLibrary#filtersIds}: with another, searches run as the database was opened.
 */
public final class SearchParams {

    /** As the database was opened, over all rows. */
    public static final SearchParams DEFAULTS = builder().build();

    private final int ef;
    private final int threads;
    private final boolean exact;
    private final boolean float32;
    private final int deadlineMillis;
    private final IdMode mode;
    private final IdArray ids;

    private SearchParams(Builder builder) {
        ef = builder.ef;
        threads = builder.threads;
        exact = builder.exact;
        float32 = builder.float32;
        deadlineMillis = builder.deadlineMillis;
        mode = builder.mode;
        ids = builder.ids;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Candidates that the search of a graph keeps; 0: as the database was opened. */
    public int ef() {
        return ef;
    }

    /** Native threads; 0: as the database was opened. */
    public int threads() {
        return threads;
    }

    /** Whether rows are compared one by one, without an index. */
    public boolean exact() {
        return exact;
    }

    /** Whether graphs are walked on the vectors themselves, and not on 8-bit codes of them. */
    public boolean float32() {
        return float32;
    }

    /** Milliseconds that the call may take; 0: any. */
    public int deadlineMillis() {
        return deadlineMillis;
    }

    /** The only rows to find; empty: all of them. */
    public Optional<IdArray> allowed() {
        return mode == IdMode.ALLOWED ? Optional.of(ids) : Optional.empty();
    }

    /** Rows not to find. */
    public Optional<IdArray> denied() {
        return mode == IdMode.DENIED ? Optional.of(ids) : Optional.empty();
    }

    IdMode mode() {
        return mode;
    }

    /** The ids that {@link #mode} speaks of; null where it is {@link IdMode#ALL}. */
    IdArray ids() {
        return ids;
    }

    /** What the ids of a search mean. */
    enum IdMode {
        ALL(0),
        ALLOWED(1),
        DENIED(2);

        private final int number;

        IdMode(int number) {
            this.number = number;
        }

        /** The ABI's number. */
        int number() {
            return number;
        }
    }

    /** Collects what differs from {@link SearchParams#DEFAULTS}; not thread-safe. */
    public static final class Builder {
        private int ef;
        private int threads;
        private boolean exact;
        private boolean float32;
        private int deadlineMillis;
        private IdMode mode = IdMode.ALL;
        private IdArray ids;

        private Builder() {}

        /** Candidates that the search of a graph keeps; 0: as the database was opened. */
        public Builder ef(int newEf) {
            ef = notNegative("ef", newEf);
            return this;
        }

        /** Native threads; 0: as the database was opened. */
        public Builder threads(int newThreads) {
            threads = notNegative("threads", newThreads);
            return this;
        }

        /** Compares every row, which finds exactly the best at the cost of a scan. */
        public Builder exact(boolean newExact) {
            exact = newExact;
            return this;
        }

        /** Walks graphs on the vectors themselves, where the default is 8-bit codes of them and then the vectors. */
        public Builder float32(boolean newFloat32) {
            float32 = newFloat32;
            return this;
        }

        /** Time after which the call fails with {@link StatusCode#DEADLINE_EXCEEDED}; zero: none. */
        public Builder deadline(Duration deadline) {
            if (deadline.isNegative() || deadline.toMillis() > Integer.MAX_VALUE) {
                throw new ConfigurationException("Cannot search with the deadline " + deadline
                        + " (accepted: from 0 to " + Duration.ofMillis(Integer.MAX_VALUE) + ")");
            }
            deadlineMillis = deadline.isZero() ? 0 : (int) Math.max(1, deadline.toMillis());
            return this;
        }

        /** Finds rows of these ids only. The array must stay open during searches. It replaces what was denied. */
        public Builder allowed(IdArray newIds) {
            return ids(IdMode.ALLOWED, newIds);
        }

        /** Finds no row of these ids. The array must stay open during searches. It replaces what was allowed. */
        public Builder denied(IdArray newIds) {
            return ids(IdMode.DENIED, newIds);
        }

        private Builder ids(IdMode newMode, IdArray newIds) {
            ids = Objects.requireNonNull(newIds, "ids");
            mode = newMode;
            return this;
        }

        private static int notNegative(String name, int value) {
            if (value < 0) {
                throw new ConfigurationException("Cannot search with " + name + " " + value
                        + " (accepted: 0, as the database was opened, or more)");
            }
            return value;
        }

        public SearchParams build() {
            return new SearchParams(this);
        }
    }
}
