package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class HitMergingTest {
    private static PartHits hits(boolean whole, long[] ids, float... scores) {
        var hits = new PartHits();
        hits.whole = whole;
        hits.ids = ids;
        hits.scores = scores;
        return hits;
    }

    private static PartHits part(long[] ids, float... scores) {
        return hits(false, ids, scores);
    }

    @Test
    void theBestOfTheParts() {
        PartHits merged = HitMerging.merge(part(new long[] {1, 2}, 9, 5), part(new long[] {3, 4}, 7, 6), 3);
        assertThat(merged.ids).containsExactly(1, 3, 4);
        assertThat(merged.scores).containsExactly(9, 7, 6);
    }

    @Test
    void keysStayWithTheirIds() {
        PartHits one = part(new long[] {1, 2}, 9, 5);
        one.keys = new String[] {"one", "two"};
        PartHits other = part(new long[] {3, 4}, 7, 6);
        other.keys = new String[] {"three", "four"};
        assertThat(HitMerging.merge(one, other, 3).keys).containsExactly("one", "three", "four");
    }

    @Test
    void rowsStayWithTheirIds() {
        PartHits one = part(new long[] {1, 2}, 9, 5);
        one.rows = new Row[] {Row.of("one"), Row.of("two")};
        PartHits other = part(new long[] {3, 4}, 7, 6);
        other.rows = new Row[] {Row.of("three"), null};
        assertThat(HitMerging.merge(one, other, 3).rows).containsExactly(Row.of("one"), Row.of("three"), null);
    }

    /** Rows that changed their shard between two versions would be there twice, or not at all. */
    @Test
    void partsOfAnotherVersionAreLeftOut() {
        PartHits part = part(new long[] {1}, 99);
        PartHits whole = hits(true, new long[] {1, 2}, 3, 2);
        PartHits otherWhole = hits(true, new long[] {5}, 4);
        assertThat(HitMerging.merge(part, whole, 2).ids).containsExactly(1, 2);
        assertThat(HitMerging.merge(whole, part, 2).scores).containsExactly(3, 2);
        assertThat(HitMerging.merge(whole, otherWhole, 2)).isSameAs(whole);
    }
}
