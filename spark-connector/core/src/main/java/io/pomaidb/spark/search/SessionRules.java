package io.pomaidb.spark.search;

import java.util.ServiceLoader;
import org.apache.spark.sql.SparkSessionExtensions;

/**
 * Rules for sessions that only some versions of Spark can have. They are in classes of their own, found by Java's service
 * loader and loaded only where Spark has what they need.
 */
public interface SessionRules {
    /** What the rules for nearest joins need. */
    String NEAREST_JOIN = "org/apache/spark/sql/catalyst/plans/logical/NearestByJoin.class";

    /** Adds those that this Spark can have. */
    static void addAll(SparkSessionExtensions extensions) {
        if (SparkSessionExtensions.class.getClassLoader().getResource(NEAREST_JOIN) != null) {
            ServiceLoader.load(SessionRules.class, SessionRules.class.getClassLoader())
                    .forEach(rules -> rules.addTo(extensions));
        }
    }

    /** Adds these. */
    void addTo(SparkSessionExtensions extensions);
}
