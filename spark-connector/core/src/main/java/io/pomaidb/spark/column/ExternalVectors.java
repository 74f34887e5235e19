package io.pomaidb.spark.column;

import io.pomaidb.vector.VectorSource;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.UserDefinedType;

/**
 * Vectors in a column of rows as users see them ({@link Row}), where Spark has boxed the components. Queries come this
 * way, because the internal rows of a DataFrame are out of reach of its public interface; rows to be indexed do not.
 */
public final class ExternalVectors {
    private ExternalVectors() {}

    /** The vector at a place of {@code row}, where it is not null; {@code type} is one that {@link VectorEncoding} accepts. */
    public static VectorSource at(Row row, int ordinal, DataType type) {
        if (type instanceof UserDefinedType<?> userDefined) {
            var vector = new MlVector();
            vector.pointAt(stored(userDefined, row.get(ordinal)));
            return vector;
        }
        return new ListVector(row.getList(ordinal));
    }

    @SuppressWarnings("unchecked") // The column's type made the value.
    private static <T> InternalRow stored(UserDefinedType<T> type, Object value) {
        return (InternalRow) type.serialize((T) value);
    }

    private record ListVector(List<? extends Number> components) implements VectorSource {
        @Override
        public int size() {
            return components.size();
        }

        @Override
        public boolean isNullAt(int i) {
            return components.get(i) == null;
        }

        @Override
        public float component(int i) {
            return components.get(i).floatValue();
        }
    }
}
