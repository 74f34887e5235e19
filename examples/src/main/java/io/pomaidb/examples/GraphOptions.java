package io.pomaidb.examples;

import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import picocli.CommandLine.Option;

/** The graph's parameters as options of a benchmark. */
final class GraphOptions {
    @Option(names = "--m", defaultValue = "16", description = "links of a node (default: ${DEFAULT-VALUE})")
    int m;

    @Option(names = "--ef-construction", defaultValue = "200", description = "default: ${DEFAULT-VALUE}")
    int efConstruction;

    @Option(names = "--ef-search", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
    int efSearch;

    /** Writes rows as an index by squared distance, in place of one that is there. Gives the seconds. */
    double write(Dataset<Row> rows, int shards, String path) {
        var watch = new Stopwatch();
        rows.write()
                .format("pomaidb")
                .option("metric", "l2")
                .option("shards", shards)
                .option("hnsw_m", m)
                .option("hnsw_ef_construction", efConstruction)
                .option("hnsw_ef_search", efSearch)
                .option("adaptive_threshold", 0)
                .mode(SaveMode.Overwrite)
                .save(path);
        return watch.seconds();
    }

    /** The engine alone with the same parameters. */
    EngineAlone engine(Path folder, int shards, int threads) {
        return new EngineAlone(folder, shards, threads, m, efConstruction, efSearch);
    }

    @Override
    public String toString() {
        return "m " + m + ", ef_construction " + efConstruction + ", ef_search " + efSearch;
    }
}
