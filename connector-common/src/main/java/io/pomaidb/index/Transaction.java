package io.pomaidb.index;

import java.io.Serializable;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Makes a commit idempotent: of each application a snapshot keeps the highest version that has been committed, and a
 * commit whose version is not above it changes nothing.
 *
 * @param application identity that survives restarts, such as a streaming query's or a sink's id
 * @param version grows with each commit of the application, such as an epoch or a checkpoint id
 */
public record Transaction(String application, long version) implements Serializable {
    public Transaction {
        Objects.requireNonNull(application, "application");
    }

    /** Runs of one application that a snapshot remembers. */
    static final int MAX_RUNS = 32;

    private static final String RUN = "@run-";
    private static final Pattern RUN_NAME = Pattern.compile("[0-9a-f]{12}-[0-9a-f]{16}");

    /**
     * A version of one run of an application whose versions start anew, or go back, with each run. A snapshot remembers the
     * {@value #MAX_RUNS} youngest runs of an application; what an older one commits once more is not recognised.
     *
     * @param startMillis when the run was started, by which the youngest are told
     * @param run what no other run of the application has
     */
    public static Transaction ofRun(String application, long startMillis, UUID run, long version) {
        String name =
                String.format("%012x-%016x", startMillis, run.getMostSignificantBits() ^ run.getLeastSignificantBits());
        return new Transaction(application + RUN + name, version);
    }

    /** Forgets the oldest runs of this transaction's application. */
    void forgetOldRuns(NavigableMap<String, Long> transactions) {
        int end = application.lastIndexOf(RUN);
        if (end < 0) {
            return;
        }
        String family = application.substring(0, end + RUN.length());
        var runs = transactions.subMap(family, true, family + Character.MAX_VALUE, true).keySet().stream()
                .filter(name ->
                        RUN_NAME.matcher(name.substring(family.length())).matches())
                .toList();
        runs.subList(0, Math.max(0, runs.size() - MAX_RUNS)).forEach(transactions::remove);
    }
}
