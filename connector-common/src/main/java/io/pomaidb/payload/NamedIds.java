package io.pomaidb.payload;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/** Which ids a predicate names, so that nothing else can satisfy it. */
final class NamedIds {
    private NamedIds() {}

    /** Ids that contain all for which the predicate can be true; empty where it does not narrow them down to some. */
    static Optional<Roaring64Bitmap> of(PayloadPredicate predicate, String idColumn) {
        if (predicate instanceof PayloadPredicate.Compare compare) {
            boolean names =
                    compare.column().equals(idColumn) && compare.comparison() == PayloadPredicate.Comparison.EQUAL;
            return names ? Optional.of(ids(Collections.singletonList(compare.literal()))) : Optional.empty();
        }
        if (predicate instanceof PayloadPredicate.In in) {
            return in.column().equals(idColumn) ? Optional.of(ids(in.literals())) : Optional.empty();
        }
        if (predicate instanceof PayloadPredicate.And and) {
            return and.all().stream()
                    .map(each -> of(each, idColumn))
                    .flatMap(Optional::stream)
                    .reduce(NamedIds::intersection);
        }
        if (predicate instanceof PayloadPredicate.Or or) {
            var union = new Roaring64Bitmap();
            for (PayloadPredicate each : or.any()) {
                Optional<Roaring64Bitmap> named = of(each, idColumn);
                if (named.isEmpty()) {
                    return Optional.empty();
                }
                union.or(named.get());
            }
            return Optional.of(union);
        }
        return Optional.empty();
    }

    /** A comparison with null is never true. */
    private static Roaring64Bitmap ids(List<?> literals) {
        var ids = new Roaring64Bitmap();
        literals.stream().filter(Objects::nonNull).forEach(literal -> ids.addLong(((Number) literal).longValue()));
        return ids;
    }

    private static Roaring64Bitmap intersection(Roaring64Bitmap left, Roaring64Bitmap right) {
        left.and(right);
        return left;
    }
}
