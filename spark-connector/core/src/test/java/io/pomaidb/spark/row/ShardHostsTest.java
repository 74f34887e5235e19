package io.pomaidb.spark.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where the tasks of a shard run, as long as the cluster stays as it is and when it does not. */
class ShardHostsTest {
    private static final UUID INDEX = UUID.fromString("5f0d0e3c-8f1c-4d1c-9a59-3d5a1a4b2f10");
    private static final int SHARDS = 3_000;

    private static List<String> hosts(String... names) {
        var hosts = new ShardHosts(List.of(names));
        return IntStream.range(0, SHARDS)
                .mapToObj(shard -> hosts.of(INDEX, shard).orElseThrow())
                .toList();
    }

    @Test
    void shardsAreSpreadAndStayWhereTheyAre() {
        List<String> hosts = hosts("a", "b", "c");
        assertThat(hosts("c", "a", "b", "a")).isEqualTo(hosts);
        assertThat(hosts.stream().collect(Collectors.groupingBy(host -> host, Collectors.counting())))
                .hasSize(3)
                .allSatisfy((host, shards) -> assertThat(shards).isBetween(900L, 1_100L));
    }

    @Test
    void aHostThatGoesTakesNoOtherShardsAlong() {
        List<String> before = hosts("a", "b", "c");
        List<String> after = hosts("a", "b");
        for (int shard = 0; shard < SHARDS; shard++) {
            if (!before.get(shard).equals("c")) {
                assertThat(after.get(shard)).isEqualTo(before.get(shard));
            }
        }
    }

    @Test
    void oneHostIsNoChoice() {
        assertThat(new ShardHosts(List.of("a", "a")).of(INDEX, 1)).isEmpty();
        assertThat(new ShardHosts(List.of()).of(INDEX, 1)).isEmpty();
    }
}
