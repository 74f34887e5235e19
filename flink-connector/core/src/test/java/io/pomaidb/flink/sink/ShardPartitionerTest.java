package io.pomaidb.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pomaidb.index.Sharding;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardPartitionerTest {
    @ParameterizedTest
    @CsvSource({"1,1", "4,1", "4,2", "4,4", "4,8", "4,7", "3,2", "8,3", "5,16"})
    void aSubtaskHasAsFewShardsAsCanBeAndEveryOneHasWorkWhereShardsAllowIt(int shards, int subtasks) {
        Map<Integer, Set<Integer>> shardsOfSubtask = new HashMap<>();
        for (long id = 0; id < 20_000; id++) {
            int subtask = ShardPartitioner.subtaskOf(id, shards, subtasks);
            assertThat(subtask).isBetween(0, subtasks - 1);
            shardsOfSubtask.computeIfAbsent(subtask, s -> new HashSet<>()).add(Sharding.shardOf(id, shards));
        }
        int most = (shards + subtasks - 1) / subtasks;
        assertThat(shardsOfSubtask.values()).allSatisfy(some -> assertThat(some).hasSizeLessThanOrEqualTo(most));
        int working = subtasks <= shards ? subtasks : subtasks / shards * shards;
        assertThat(shardsOfSubtask).hasSize(working);
    }
}
