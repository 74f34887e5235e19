package io.pomaidb.spark.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskPlanTest {
    @Test
    void aShardIsATaskWhileShardsKeepAllCoresBusy() {
        assertThat(TaskPlan.of(List.of(0, 2, 5), shard -> 1000, 3))
                .containsExactly(new SearchTask(0, 0, 1000), new SearchTask(2, 0, 1000), new SearchTask(5, 0, 1000));
        assertThat(TaskPlan.of(List.of(0, 2, 5), shard -> 1000, 1)).hasSize(3);
    }

    @Test
    void queriesAreSplitWhereThereAreMoreCores() {
        assertThat(TaskPlan.of(List.of(0, 1), shard -> 1000, 4))
                .containsExactly(
                        new SearchTask(0, 0, 500),
                        new SearchTask(1, 0, 500),
                        new SearchTask(0, 500, 1000),
                        new SearchTask(1, 500, 1000));
        assertThat(TaskPlan.of(List.of(0, 1), shard -> 1000, 5)).hasSize(6);
    }

    @Test
    void aFewQueriesAreNotSplit() {
        assertThat(TaskPlan.of(List.of(0), shard -> 1, 64)).containsExactly(new SearchTask(0, 0, 1));
        assertThat(TaskPlan.of(List.of(0), shard -> 2 * TaskPlan.LEAST_QUERIES - 1, 64))
                .hasSize(1);
        assertThat(TaskPlan.of(List.of(0), shard -> 2 * TaskPlan.LEAST_QUERIES, 64))
                .hasSize(2);
    }

    @Test
    void nothingToSearchIsNoTask() {
        assertThat(TaskPlan.of(List.of(), shard -> 10, 4)).isEmpty();
        assertThat(TaskPlan.of(List.of(0, 1), shard -> 0, 4)).isEmpty();
    }

    @Test
    void everyQueryMeetsEveryShardOnce() {
        for (int queries : new int[] {1, 15, 16, 17, 100, 1001}) {
            for (int cores : new int[] {1, 2, 7, 64}) {
                var shards = List.of(3, 1, 4);
                var pairs = new HashSet<List<Integer>>();
                int searched = 0;
                for (SearchTask task : TaskPlan.of(shards, shard -> queries, cores)) {
                    searched += task.to() - task.from();
                    IntStream.range(task.from(), task.to()).forEach(q -> pairs.add(List.of(task.shard(), q)));
                }
                assertThat(searched).isEqualTo(3 * queries);
                assertThat(pairs).hasSize(3 * queries);
            }
        }
    }

    @Test
    void partsOfTheLargestBatchDoNotOverflow() {
        var tasks = TaskPlan.of(List.of(0), shard -> Integer.MAX_VALUE, 1000);
        assertThat(tasks).hasSize(1000).allSatisfy(task -> assertThat(task.to() - task.from())
                .isBetween(Integer.MAX_VALUE / 1000, Integer.MAX_VALUE / 1000 + 1));
        assertThat(tasks.get(999).to()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void partsOfQueriesKeepCoresBusyAndAreNotLarge() {
        assertThat(TaskPlan.ofQueries(1, 512, 8)).containsExactly(0, 1);
        assertThat(TaskPlan.ofQueries(1001, 512, 2)).containsExactly(0, 500, 1001);
        assertThat(TaskPlan.ofQueries(3, 64L << 20, 8)).containsExactly(0, 1, 2, 3);
        assertThat(TaskPlan.ofQueries(1 << 19, 256L << 20, 8)).hasSize(513);
    }

    @Test
    void aTaskSearchesAllShardsWhereEveryExecutorMayHaveThem() {
        long gib = 1 << 30;
        assertThat(TaskPlan.byQueries(true, gib, 32 * gib, 1, 8, true)).isTrue();
        assertThat(TaskPlan.byQueries(true, gib, gib, 1, 8, true)).isFalse();
        assertThat(TaskPlan.byQueries(true, gib, 32 * gib, 1, 8, false)).isFalse();
        assertThat(TaskPlan.byQueries(true, gib, 32 * gib, 1000, 8, false)).isTrue();
        assertThat(TaskPlan.byQueries(false, gib, 32 * gib, 1000, 8, true)).isFalse();
        assertThat(TaskPlan.byQueries(false, 1 << 20, 32 * gib, 1000, 8, true)).isTrue();
    }

    @Test
    void aTaskHoldsFewerHitsWhereTheirRowsAreLarge() {
        assertThat(TaskPlan.hitsAtOnce(1L << 40, 1L << 30)).isEqualTo(1 << 14);
        assertThat(TaskPlan.hitsAtOnce(1L << 40, 1 << 20)).isEqualTo(64);
        assertThat(TaskPlan.hitsAtOnce(1L << 40, 1)).isEqualTo(1);
        assertThat(TaskPlan.hitsAtOnce(0, 0)).isEqualTo(1 << 14);
    }
}
