package io.pomaidb.index;

import io.pomaidb.error.ConfigurationException;
import java.time.Duration;

/**
 * What vacuum keeps.
 *
 * @param retention versions that readers saw within this time are kept
 * @param keepVersions so many of the latest versions are kept, 1 or more
 * @param grace files that no version lists are kept for this time after they were written, because a running job may be
 *     about to commit them: longer than any job runs
 * @param dryRun whether to change nothing and only report
 */
public record VacuumOptions(Duration retention, int keepVersions, Duration grace, boolean dryRun) {
    /** Keeps what readers saw within 7 days, and the uncommitted files of 3 days. */
    public static final VacuumOptions DEFAULT = new VacuumOptions(Duration.ofDays(7), 1, Duration.ofDays(3), false);

    public VacuumOptions {
        if (retention.isNegative() || grace.isNegative()) {
            throw new ConfigurationException("Cannot vacuum with a retention of " + retention
                    + " and a grace period of " + grace + " (accepted: zero or more)");
        }
        if (keepVersions < 1) {
            throw new ConfigurationException(
                    "Cannot vacuum down to " + keepVersions + " versions (accepted: 1 or more)");
        }
    }

    /** The same with another retention. */
    public VacuumOptions withRetention(Duration newRetention) {
        return new VacuumOptions(newRetention, keepVersions, grace, dryRun);
    }

    /** The same with another number of latest versions that are kept in any case. */
    public VacuumOptions withKeepVersions(int newKeepVersions) {
        return new VacuumOptions(retention, newKeepVersions, grace, dryRun);
    }

    /** The same with another grace period. */
    public VacuumOptions withGrace(Duration newGrace) {
        return new VacuumOptions(retention, keepVersions, newGrace, dryRun);
    }

    /** The same, changing nothing. */
    public VacuumOptions asDryRun() {
        return new VacuumOptions(retention, keepVersions, grace, true);
    }
}
