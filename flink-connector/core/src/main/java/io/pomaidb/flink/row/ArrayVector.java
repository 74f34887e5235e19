package io.pomaidb.flink.row;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.vector.VectorSource;
import java.util.Objects;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** A vector in an array of any numbers, read in place. For one thread; {@link #of} points it at the next array. */
public final class ArrayVector implements VectorSource {
    private final Component component;
    private ArrayData array;

    private ArrayVector(Component component) {
        this.component = component;
    }

    private interface Component {
        float at(ArrayData array, int i);
    }

    /**
     * A reader of arrays of one type.
     *
     * @param column what errors call the arrays
     * @throws ConfigurationException if it is no array of numbers
     */
    public static ArrayVector of(String column, LogicalType type) {
        if (type.is(LogicalTypeRoot.ARRAY)) {
            LogicalType element = ((ArrayType) type).getElementType();
            switch (element.getTypeRoot()) {
                case TINYINT -> {
                    return new ArrayVector(ArrayData::getByte);
                }
                case SMALLINT -> {
                    return new ArrayVector(ArrayData::getShort);
                }
                case INTEGER -> {
                    return new ArrayVector(ArrayData::getInt);
                }
                case BIGINT -> {
                    return new ArrayVector(ArrayData::getLong);
                }
                case FLOAT -> {
                    return new ArrayVector(ArrayData::getFloat);
                }
                case DOUBLE -> {
                    return new ArrayVector((array, i) -> (float) array.getDouble(i));
                }
                case DECIMAL -> {
                    var decimal = (DecimalType) element;
                    return new ArrayVector((array, i) -> array.getDecimal(i, decimal.getPrecision(), decimal.getScale())
                            .toBigDecimal()
                            .floatValue());
                }
                default -> {
                    // Told below, as is what is no array.
                }
            }
        }
        throw new ConfigurationException("Cannot read vectors from column " + column + ": its type is "
                + type.asSummaryString() + " (accepted: ARRAY of numbers)");
    }

    /**
     * Checks the type of arrays.
     *
     * @throws ConfigurationException if it is no array of numbers
     */
    public static void check(String column, LogicalType type) {
        Objects.requireNonNull(of(column, type));
    }

    /** Points it at an array. */
    public ArrayVector of(ArrayData next) {
        array = next;
        return this;
    }

    @Override
    public int size() {
        return array.size();
    }

    @Override
    public boolean isNullAt(int i) {
        return array.isNullAt(i);
    }

    @Override
    public float component(int i) {
        return component.at(array, i);
    }
}
