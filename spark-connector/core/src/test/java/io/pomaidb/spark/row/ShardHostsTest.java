package io.pomaidb.spark.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkExecutorInfo;
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
    void theNextHostIsTheOneThatAShardWouldHaveWithoutTheFirst() {
        var all = new ShardHosts(List.of("a", "b", "c"));
        for (int shard = 0; shard < SHARDS; shard++) {
            List<String> order = all.inOrder(INDEX, shard);
            assertThat(order).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(all.of(INDEX, shard)).contains(order.get(0));
            assertThat(new ShardHosts(order.subList(1, 3)).of(INDEX, shard)).contains(order.get(1));
        }
    }

    /** One of Spark's block managers. */
    private record Executor(String host, int port) implements SparkExecutorInfo {
        private static final long serialVersionUID = 1L;

        @Override
        public long cacheSize() {
            return 0;
        }

        @Override
        public int numRunningTasks() {
            return 0;
        }

        @Override
        public long usedOnHeapStorageMemory() {
            return 0;
        }

        @Override
        public long usedOffHeapStorageMemory() {
            return 0;
        }

        @Override
        public long totalOnHeapStorageMemory() {
            return 0;
        }

        @Override
        public long totalOffHeapStorageMemory() {
            return 0;
        }
    }

    @Test
    void theDriverIsNoExecutor() {
        List<SparkExecutorInfo> known =
                List.of(new Executor("driver", 7077), new Executor("a", 1), new Executor("b", 7077));
        var hosts = ShardHosts.ofExecutors(known, "driver", 7077);
        assertThat(IntStream.range(0, SHARDS)
                        .mapToObj(shard -> hosts.of(INDEX, shard).orElseThrow()))
                .containsOnly("a", "b");
        assertThat(ShardHosts.ofExecutors(known.subList(0, 2), "driver", 7077).of(INDEX, 1))
                .isEmpty();
        List<SparkExecutorInfo> beside = List.of(known.get(0), new Executor("driver", 1), known.get(1));
        assertThat(ShardHosts.ofExecutors(beside, "driver", 7077).of(INDEX, 1)).isPresent();
    }

    @Test
    void oneHostIsNoChoice() {
        assertThat(new ShardHosts(List.of("a", "a")).of(INDEX, 1)).isEmpty();
        assertThat(new ShardHosts(List.of()).of(INDEX, 1)).isEmpty();
        assertThat(new ShardHosts(List.of("a")).inOrder(INDEX, 1)).isEmpty();
    }
}
