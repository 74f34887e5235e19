package io.pomaidb.spark.write;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.index.CommitStateUnknownException;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Transaction;
import io.pomaidb.spark.column.RowColumns;
import io.pomaidb.write.CommitCheck;
import io.pomaidb.write.IndexWrite;
import io.pomaidb.write.WrittenSegment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.write.DeltaBatchWrite;
import org.apache.spark.sql.connector.write.DeltaWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver's side of one write: hands out writers, and commits what they uploaded, or deletes it. */
final class IndexBatchWrite implements DeltaBatchWrite {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBatchWrite.class);

    /** Before the names of streams among those of all applications that write to an index. */
    private static final String STREAM = "spark-";

    private final SparkSession spark;
    private final String path;
    private final IndexWrite plan;
    private final RowColumns columns;
    private final SerializableConfiguration configuration;

    /** What the rows were made of, if they were made of the index's own. */
    private final Optional<ReadRows> read;

    /** Spark calls {@link #abort} also when {@link #commit} fails, where the snapshot may exist and list the files. */
    private boolean commitStateUnknown;

    IndexBatchWrite(
            SparkSession spark,
            String path,
            IndexWrite plan,
            RowColumns columns,
            SerializableConfiguration configuration,
            Optional<ReadRows> read) {
        this.spark = spark;
        this.path = path;
        this.plan = plan;
        this.columns = columns;
        this.configuration = configuration;
        this.read = read;
    }

    /** The same write once more. */
    IndexBatchWrite again() {
        return new IndexBatchWrite(spark, path, plan.again(), columns, configuration, read);
    }

    /** Hadoop's settings are many, and read once by each executor rather than once by each task. */
    @Override
    public DeltaWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
        var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        return new IndexWriterFactory(
                path, plan, columns, context.broadcast(configuration), new WriteTally(spark.sparkContext()));
    }

    /**
     * No: a task's commit is visible to nobody, and Spark hands over one message a partition, so that two attempts that
     * both end well do no harm. With a coordinator, an executor lost while a graph is built would end the whole job.
     */
    @Override
    public boolean useCommitCoordinator() {
        return false;
    }

    @Override
    public void commit(WriterCommitMessage[] messages) {
        commit(messages, Optional.empty());
    }

    /**
     * Commits what is one batch of a stream, or deletes it if the index has that batch.
     *
     * @param stream names the stream
     */
    void commit(WriterCommitMessage[] messages, String stream, long epoch) {
        var transaction = new Transaction(STREAM + stream, epoch);
        try {
            var index = PomaiIndex.at(new Path(path), configuration.value());
            if (index.latest()
                    .filter(snapshot -> snapshot.includes(transaction))
                    .isPresent()) {
                LOG.info("Index {} has batch {} of stream {} already", path, epoch, stream);
                abort(messages);
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the state of index " + path, e);
        }
        commit(messages, Optional.of(transaction));
    }

    private void commit(WriterCommitMessage[] messages, Optional<Transaction> transaction) {
        try {
            List<WrittenSegment> written = segments(messages);
            var index = PomaiIndex.at(new Path(path), configuration.value());
            CommitCheck check =
                    read.map(rows -> rows.check(index, plan, written)).orElse(CommitCheck.NONE);
            plan.commit(configuration.value(), written, transaction, check);
        } catch (CommitStateUnknownException e) {
            commitStateUnknown = true;
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot commit to index " + path, e);
        }
    }

    /** Deletes more than the messages tell of: Spark drops those of tasks that end well after the job has failed. */
    @Override
    public void abort(WriterCommitMessage[] messages) {
        if (commitStateUnknown) {
            return;
        }
        try {
            plan.abort(configuration.value());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete what a failed write to index " + path + " uploaded", e);
        }
    }

    @Override
    public String toString() {
        return "pomaidb " + path;
    }

    /** Those of all tasks that ended well; the others left null behind. */
    private List<WrittenSegment> segments(WriterCommitMessage[] messages) {
        var segments = new ArrayList<WrittenSegment>();
        for (WriterCommitMessage message : messages) {
            if (message instanceof TaskSegments task) {
                segments.addAll(task.segments());
            } else if (message != null) {
                throw new ConfigurationException(
                        "Cannot commit to index " + path + ": what a task uploaded is told by "
                                + message.getClass() + " of "
                                + message.getClass().getClassLoader() + " and not of "
                                + TaskSegments.class.getClassLoader()
                                + " (have each JVM load the jar once: not with spark.executor.userClassPathFirst in local mode)");
            }
        }
        return segments;
    }
}
