package io.pomaidb.flink;

import io.pomaidb.error.ConfigurationException;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;

/** Tells a user what is missing where Hadoop is: a class of its own, so that it can be loaded without Hadoop. */
final class HadoopClasses {
    private HadoopClasses() {}

    /**
     * Looks whether Hadoop is there.
     *
     * @throws ConfigurationException if it is not
     */
    static void require() {
        try {
            Objects.requireNonNull(Configuration.class);
        } catch (NoClassDefFoundError e) {
            throw new ConfigurationException(
                    "Cannot reach any index: Hadoop's classes are missing (put hadoop-client-api and"
                            + " hadoop-client-runtime of 3.3 or later into Flink's lib/ on every machine, or set"
                            + " HADOOP_CLASSPATH)",
                    e);
        }
    }
}
