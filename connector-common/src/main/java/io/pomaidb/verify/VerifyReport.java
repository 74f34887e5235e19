package io.pomaidb.verify;

import java.util.List;

/**
 * What a check of an index looked at, and what it found.
 *
 * @param snapshots snapshots that were read, whether they could be or not
 * @param segments different segments that they list
 * @param rows rows that were read from the segments
 * @param bytes bytes of the segments' files
 * @param findings what is wrong; nothing is, if it is empty
 */
public record VerifyReport(int snapshots, int segments, long rows, long bytes, List<Finding> findings) {
    public VerifyReport {
        findings = List.copyOf(findings);
    }
}
