package io.pomaidb.flink.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.compaction.CompactionPlan;
import io.pomaidb.compaction.CompactionPlan.Progress;
import io.pomaidb.config.PomaiOptions;
import io.pomaidb.flink.fixture.Cluster;
import io.pomaidb.flink.fixture.SqlIndex;
import io.pomaidb.index.Sharding;
import io.pomaidb.write.WriteMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backlog of commits is read by several tasks, and what they read meets again by id. */
@Tag("every-version")
@Timeout(300)
class OrderedScanIT {
    @RegisterExtension
    private static final MiniClusterExtension CLUSTER = Cluster.extension();

    private static final long ROWS = 400;
    private static final int SHARDS = 4;
    private static final int COMMITS = 60;
    private static final long SEED = 20_261_128;

    @TempDir
    private Path folder;

    /** Tells each change that does not follow on what came before of its id, and at the end of the last commit's. */
    private static final class InOrder extends KeyedProcessFunction<Long, Row, String> {
        private static final long serialVersionUID = 1L;
        private transient ValueState<Float> last;

        @Override
        public void open(OpenContext context) {
            last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.FLOAT));
        }

        @Override
        public void processElement(Row row, Context context, Collector<String> out) throws Exception {
            Float before = last.value();
            float now = row.<Float>getFieldAs(1);
            boolean follows =
                    switch (row.getKind()) {
                        case INSERT -> before == null;
                        case UPDATE_BEFORE -> before != null && before == now;
                        default -> before != null && before < now;
                    };
            if (row.getKind() != RowKind.UPDATE_BEFORE) {
                last.update(now);
            }
            out.collect(follows ? "" : row + " came after " + before);
        }
    }

    private static List<GenericRowData> rows(LongStream ids, int commit) {
        return ids.mapToObj(id -> GenericRowData.of(id, new GenericArrayData(new float[] {id, commit})))
                .toList();
    }

    /** Commits change rows of one shard or two, so that without care any reader would get any shard's. */
    private int backlog(SqlIndex index, int reshardTo) throws Exception {
        index.write(WriteMode.CREATE, rows(LongStream.range(0, ROWS), 0), "shards", Integer.toString(SHARDS));
        var random = new Random(SEED);
        int changes = 0;
        for (int commit = 1; commit <= COMMITS; commit++) {
            if (commit == COMMITS / 3 && reshardTo != SHARDS) {
                CompactionPlan.toShards(index.index(), PomaiOptions.parse(Map.of()), reshardTo)
                        .run(new Configuration(), folder, 1, Progress.NONE);
            }
            int one = random.nextInt(SHARDS);
            int other = random.nextInt(SHARDS);
            List<GenericRowData> rows = rows(
                    random.longs(100, 0, ROWS).distinct().filter(id -> {
                        int shard = Sharding.shardOf(id, SHARDS);
                        return shard == one || shard == other;
                    }),
                    commit);
            index.write(WriteMode.APPEND, rows);
            changes += 2 * rows.size();
        }
        return changes;
    }

    @ParameterizedTest
    @ValueSource(ints = {SHARDS, 6})
    @SuppressWarnings("try") // Of what Flink declares of close().
    void changesOfOneIdComeInTheOrderOfTheCommits(int reshardTo) throws Exception {
        var index = new SqlIndex(folder, (RowType) DataTypes.ROW(
                        DataTypes.FIELD("id", DataTypes.BIGINT()),
                        DataTypes.FIELD("embedding", DataTypes.ARRAY(DataTypes.FLOAT())))
                .getLogicalType());
        int changes = backlog(index, reshardTo);
        var environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(4);
        var session = StreamTableEnvironment.create(environment);
        session.executeSql(
                """
                CREATE TABLE v (id BIGINT, embedding ARRAY<FLOAT>)
                WITH ('connector' = 'pomaidb', 'path' = '%s', 'cache_dir' = '%s', 'scan.mode' = 'continuous',
                  'scan.version' = '1', 'scan.poll-interval' = '20 ms')
                """
                        .formatted(index.path(), index.cache()));
        var told = new ArrayList<String>();
        try (CloseableIterator<String> checked = session.toChangelogStream(
                        session.sqlQuery("SELECT id, embedding[2] FROM v"))
                .keyBy(row -> row.<Long>getFieldAs(0))
                .process(new InOrder())
                .executeAndCollect()) {
            while (told.size() < ROWS + changes) {
                told.add(checked.next());
            }
        }
        assertThat(told).as("seed %d", SEED).filteredOn(each -> !each.isEmpty()).isEmpty();
    }
}
