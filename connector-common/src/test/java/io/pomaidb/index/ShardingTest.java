package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardingTest {
    /** From {@code select hash(cast(id as bigint))} of Spark 3.5.7. */
    @ParameterizedTest
    @CsvSource({
        "0, -1670924195",
        "1, -1712319331",
        "-1, -939490007",
        "2, -797927272",
        "5, 1607884268",
        "42, 1316951768",
        "100, 1114849490",
        "4294967296, -1307033787",
        "1234567890123, 1304145252",
        "-987654321, 766683924",
        "9223372036854775807, -1604625029",
        "-9223372036854775808, -853646085"
    })
    void hashesAnIdAsSparkHashesALongColumn(long id, int hash) {
        assertThat(Sharding.hash(id)).isEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource({"0, 4, 1", "100, 4, 2", "0, 7, 4", "-9223372036854775808, 7, 2", "5, 1, 0"})
    void takesTheFloorModulusOfANegativeHashToo(long id, int shards, int shard) {
        assertThat(Sharding.shardOf(id, shards)).isEqualTo(shard);
    }

    @Test
    void splitsAShardWhenTheModulusIsAMultiple() {
        var random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            long id = random.nextLong();
            assertThat(Sharding.shardOf(id, 12) % 4).isEqualTo(Sharding.shardOf(id, 4));
        }
    }

    @Test
    void spreadsConsecutiveIdsEvenly() {
        var counts = new int[8];
        for (long id = 0; id < 80_000; id++) {
            counts[Sharding.shardOf(id, 8)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(9_500, 10_500);
        }
    }
}
