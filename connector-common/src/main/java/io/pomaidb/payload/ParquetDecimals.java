package io.pomaidb.payload;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.io.api.Binary;

/** Predicates on decimal columns for Parquet, which has them as ints, longs or bytes of fixed length. */
final class ParquetDecimals {
    private ParquetDecimals() {}

    static FilterPredicate isNull(PayloadColumn column, boolean negated) {
        if (column.type().precision() <= ParquetTypes.MAX_INT_PRECISION) {
            return ParquetPushdown.isNull(FilterApi.intColumn(column.name()), negated);
        }
        return column.type().isLongDecimal()
                ? ParquetPushdown.isNull(FilterApi.longColumn(column.name()), negated)
                : ParquetPushdown.isNull(FilterApi.binaryColumn(column.name()), negated);
    }

    /** Null where the column's type cannot hold the literal, not even rounded. */
    static FilterPredicate compare(PayloadColumn column, PayloadPredicate.Comparison comparison, BigDecimal literal) {
        PayloadType type = column.type();
        // Written out, a decimal of a huge exponent would have as many digits.
        if ((long) literal.precision() - literal.scale() > PayloadType.MAX_PRECISION) {
            return null;
        }
        boolean upwards = comparison == PayloadPredicate.Comparison.GREATER
                || comparison == PayloadPredicate.Comparison.GREATER_OR_EQUAL;
        BigDecimal rounded = literal.setScale(type.scale(), upwards ? RoundingMode.FLOOR : RoundingMode.CEILING);
        boolean isExact = rounded.compareTo(literal) == 0;
        if (rounded.precision() > type.precision() || (comparison == PayloadPredicate.Comparison.EQUAL && !isExact)) {
            return null;
        }
        BigInteger unscaled = rounded.unscaledValue();
        if (type.precision() <= ParquetTypes.MAX_INT_PRECISION) {
            return ParquetPushdown.range(FilterApi.intColumn(column.name()), comparison, unscaled.intValueExact());
        }
        if (type.isLongDecimal()) {
            return ParquetPushdown.range(FilterApi.longColumn(column.name()), comparison, unscaled.longValueExact());
        }
        byte[] bytes = unscaled.toByteArray();
        byte[] fixed = Decimals.fixed(bytes, 0, bytes.length, ParquetTypes.decimalBytes(type.precision()));
        return ParquetPushdown.range(
                FilterApi.binaryColumn(column.name()), comparison, Binary.fromConstantByteArray(fixed));
    }
}
