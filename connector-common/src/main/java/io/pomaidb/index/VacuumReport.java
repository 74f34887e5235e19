package io.pomaidb.index;

import java.util.List;

/**
 * What a vacuum deleted, or would delete.
 *
 * @param expired versions that can no longer be read, ascending
 * @param files deleted files, with their paths relative to the index, in alphabetical order
 * @param bytes of those files
 * @param kept files that no retained version lists and that are too young to be given up
 * @param dryRun whether nothing was changed
 */
public record VacuumReport(List<Long> expired, List<String> files, long bytes, int kept, boolean dryRun) {
    public VacuumReport {
        expired = List.copyOf(expired);
        files = List.copyOf(files);
    }
}
