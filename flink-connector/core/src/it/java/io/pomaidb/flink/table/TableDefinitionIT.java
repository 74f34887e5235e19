package io.pomaidb.flink.table;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.flink.fixture.Sql;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a definition that cannot be is refused with. */
@Tag("every-version")
class TableDefinitionIT {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id BIGINT | DISTRIBUTED BY HASH(id) INTO 8 BUCKETS | 'shards' = '4' | Cannot distribute a table INTO 8"
                        + " BUCKETS: option shards is 4",
                "id BIGINT, other INT | DISTRIBUTED BY HASH(other) INTO 8 BUCKETS | 'metric' = 'l2' | Cannot distribute a"
                        + " table BY (other): rows find their shard by the id id",
                "id BIGINT | DISTRIBUTED BY RANGE(id) INTO 8 BUCKETS | 'metric' = 'l2' | Cannot distribute a table BY RANGE",
                "id BIGINT, PRIMARY KEY (id) NOT ENFORCED | | 'id_column' = 'key' | Cannot use PRIMARY KEY (id): option"
                        + " id_column is key",
                "a BIGINT, b INT, PRIMARY KEY (a, b) NOT ENFORCED | | 'metric' = 'l2' | Cannot use PRIMARY KEY (a, b)",
                "id DOUBLE | | 'metric' = 'l2' | Cannot use column id as id: its type is DOUBLE",
                "id BIGINT, embedding ARRAY<INT> | | 'metric' = 'l2' | Cannot use column embedding as vector: its type is"
                        + " ARRAY<INT>",
                "id BIGINT, t TIMESTAMP(9) | | 'metric' = 'l2' | Cannot keep column t in an index: its type is"
                        + " TIMESTAMP(9)",
                "id BIGINT | | 'metric' = 'l3' | Cannot use option metric: 'l3' (accepted: ip",
                "id BIGINT | | 'metrik' = 'l2' | metrik",
                "id BIGINT | | 'scan.mode' = 'wrong' | scan.mode"
            })
    void isRefusedWithWhatIsWrong(String columns, String distribution, String option, String error) throws Exception {
        Sql sql = Sql.batch();
        sql.run(
                "CREATE TABLE t (%s) %s WITH ('connector' = 'pomaidb', 'path' = '/nowhere', %s)",
                columns, distribution == null ? "" : distribution, option);

        assertThatThrownBy(() -> sql.plan("SELECT * FROM t")).hasStackTraceContaining(error);
    }
}
