package io.pomaidb.spark.session;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Says in Spark's web pages what the jobs are for that a call runs by itself. */
public final class JobDescription {
    private static final String PROPERTY = "spark.job.description";

    private JobDescription() {}

    /** Work that may fail with an exception of one kind. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        /** Does it. */
        T run() throws E;
    }

    /** Runs something with a description for the jobs of this thread, and puts back the one that was there. */
    public static <T, E extends Exception> T during(SparkSession spark, String text, Work<T, E> work) throws E {
        SparkContext context = spark.sparkContext();
        String before = context.getLocalProperty(PROPERTY);
        context.setJobDescription(text);
        try {
            return work.run();
        } finally {
            context.setJobDescription(before);
        }
    }
}
