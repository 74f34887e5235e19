package io.pomaidb.spark.v42;

import io.pomaidb.spark.search.SessionRules;
import org.apache.spark.sql.SparkSessionExtensions;

/** Has nearest joins of sessions planned by the index. Found by Java's service loader. */
public final class NearestJoins implements SessionRules {
    /** Called by Java. */
    public NearestJoins() {}

    /** Before the optimizer, which begins with rewriting these joins as comparisons of all rows with all. */
    @Override
    public void addTo(SparkSessionExtensions extensions) {
        extensions.injectPostHocResolutionRule(session -> new NearestJoinRule());
        extensions.injectOptimizerRule(session -> new HitColumnPruning());
    }
}
