package io.pomaidb.spark.search;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.index.IdType;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import io.pomaidb.spark.filter.FilteredScan;
import io.pomaidb.spark.filter.RowFilter;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2ScanRelation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.runtime.BoxedUnit;

/**
 * Finds out how a condition in Spark's SQL is evaluated. Spark plans a read of the rows that satisfy it: if nothing but the
 * read is left of the plan, the index evaluates it where it searches; else Spark does, in a job of its own, and the search
 * is given the ids.
 */
final class FilterPlan {
    private static final Logger LOG = LoggerFactory.getLogger(FilterPlan.class);

    private final SparkSession spark;
    private final PomaiIndex index;
    private final Snapshot snapshot;
    private final PomaiOptions options;

    FilterPlan(SparkSession spark, PomaiIndex index, Snapshot snapshot, PomaiOptions options) {
        this.spark = spark;
        this.index = index;
        this.snapshot = snapshot;
        this.options = options;
    }

    /** The rows that satisfy a condition. Runs a job where the index cannot tell. */
    HitFilter of(Column condition) {
        HitFilter filter = later(condition);
        filter.find();
        return filter;
    }

    /** As {@link #of}, without running a job yet: {@link HitFilter#find} does. */
    HitFilter later(Column condition) {
        Dataset<Row> ids = rows().filter(condition).select(id());
        var finding = new Finding();
        ids.queryExecution().optimizedPlan().foreach(node -> {
            finding.look(node);
            return BoxedUnit.UNIT;
        });
        if (finding.filter != null) {
            return new HitFilter(finding.filter, null);
        }
        return new HitFilter(RowFilter.ALL, new FoundIds(() -> {
            LOG.info("Spark evaluates the condition of a search of index {}: the index itself cannot", index.path());
            return context().broadcast(found(ids));
        }));
    }

    private Map<Integer, AllowedIds> found(Dataset<Row> ids) {
        int parts = snapshot.parameters().routing().isByCluster() ? 1 : snapshot.shards();
        return new HashMap<>(ids.toJavaRDD()
                .mapPartitionsToPair(new AllowedIds.Packing(parts))
                .reduceByKey(AllowedIds::merge)
                .collectAsMap());
    }

    /** The 64-bit id, which of a key is its hash. */
    private Column id() {
        Column id = col("`" + snapshot.schema().idColumn().replace("`", "``") + "`");
        return snapshot.schema().idType() == IdType.STRING ? xxhash64(id) : id.cast("bigint");
    }

    private Dataset<Row> rows() {
        var reader = spark.read()
                .format("pomaidb")
                .option(PomaiOption.VERSION.optionName(), snapshot.version())
                .option(PomaiOption.CACHE_MAX_BYTES.optionName(), options.cacheMaxBytes());
        options.cacheDir().ifPresent(folder -> reader.option(PomaiOption.CACHE_DIR.optionName(), folder));
        return reader.load(index.path().toString());
    }

    private JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    /** What a plan is made of. */
    private static final class Finding {
        /** The filter that is the whole condition; null where there is more to it. */
        private RowFilter filter;

        private boolean more;

        void look(LogicalPlan node) {
            if (node instanceof DataSourceV2ScanRelation relation && relation.scan() instanceof FilteredScan scan) {
                filter = more ? null : scan.filter();
            } else if (!(node instanceof Project) && !(node instanceof LocalRelation)) {
                more = true;
                filter = null;
            }
        }
    }
}
