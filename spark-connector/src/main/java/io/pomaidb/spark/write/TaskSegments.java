package io.pomaidb.spark.write;

import io.pomaidb.write.WrittenSegment;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** What one task uploaded. */
record TaskSegments(List<WrittenSegment> segments) implements WriterCommitMessage {}
