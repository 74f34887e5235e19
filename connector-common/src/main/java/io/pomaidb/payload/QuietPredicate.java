package io.pomaidb.payload;

import org.apache.parquet.filter2.predicate.FilterPredicate;

/**
 * A predicate that does not show its literals: Parquet logs the filters that it is given, as text, and they are data.
 *
 * @param shown the predicate that is evaluated
 */
record QuietPredicate(FilterPredicate shown) implements FilterPredicate {
    @Override
    @SuppressWarnings("unchecked")
    public <R> R accept(Visitor<R> visitor) {
        R answer = shown.accept(visitor);
        // Parquet rewrites a predicate before it uses it, and logs that again.
        return answer instanceof FilterPredicate rewritten ? (R) new QuietPredicate(rewritten) : answer;
    }

    @Override
    public String toString() {
        return "a predicate on payload columns";
    }
}
