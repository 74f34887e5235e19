package io.pomaidb.spark.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
import io.pomaidb.payload.PayloadColumn;
import io.pomaidb.payload.PayloadType;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ColumnFinderTest {
    private static final StructType SCHEMA = new StructType()
            .add("Key", DataTypes.IntegerType)
            .add("key", DataTypes.LongType)
            .add("vector", DataTypes.createArrayType(DataTypes.DoubleType))
            .add("features", SQLDataTypes.VectorType())
            .add("word", DataTypes.StringType);

    private static ColumnFinder finder(boolean caseSensitive) {
        return new ColumnFinder("Cannot do it", SCHEMA, caseSensitive);
    }

    @Test
    void columnsAreFoundByName() {
        assertThat(finder(true).id("Key", PomaiOption.ID_COLUMN)).isEqualTo(new IdColumn("Key", 0, IdType.INT));
        assertThat(finder(true).id("key", PomaiOption.ID_COLUMN)).isEqualTo(new IdColumn("key", 1, IdType.LONG));
        assertThat(finder(false).vector("VECTOR", PomaiOption.VECTOR_COLUMN))
                .isEqualTo(new VectorColumn("vector", 2, VectorEncoding.DOUBLES));
        assertThat(finder(false).vector("features", PomaiOption.VECTOR_COLUMN))
                .isEqualTo(new VectorColumn("features", 3, VectorEncoding.ML_VECTOR));
    }

    @Test
    void whatCannotBeFoundIsNamedWithTheOptionToChange() {
        assertThatThrownBy(() -> finder(false).id("key", PomaiOption.ID_COLUMN))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot do it: column key is there twice (columns: Key, key, vector, features, word; rename"
                        + " one, or set option id_column)");
        assertThatThrownBy(() -> finder(true).vector("Vector", PomaiOption.QUERY_VECTOR))
                .hasMessage("Cannot do it: column Vector is missing (columns: Key, key, vector, features, word; rename"
                        + " one, or set option query_vector)");
    }

    @Test
    void whatHasAnotherTypeIsNamedWithItsType() {
        assertThatThrownBy(() -> finder(true).id("vector", PomaiOption.ID_COLUMN))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot do it: column vector has the type array<double> (accepted: int, bigint or string;"
                        + " cast it, or set option id_column)");
        assertThatThrownBy(() -> finder(true).vector("word", PomaiOption.VECTOR_COLUMN))
                .hasMessage("Cannot do it: column word has the type string (accepted: array<float>, array<double> or"
                        + " Spark ML's vector; cast it, or set option vector_column)");
    }

    @Test
    void columnsBesidesIdAndVectorArePayload() {
        var schema = new StructType()
                .add("Word", DataTypes.StringType)
                .add("id", DataTypes.LongType)
                .add("price", DataTypes.createDecimalType(9, 2))
                .add("vector", DataTypes.createArrayType(DataTypes.FloatType));
        var finder = new ColumnFinder("Cannot do it", schema, false);
        var known = List.of(new PayloadColumn("word", PayloadType.STRING));
        var others = finder.others(
                finder.id("id", PomaiOption.ID_COLUMN), finder.vector("vector", PomaiOption.VECTOR_COLUMN), known);

        assertThat(others.columns())
                .containsExactly(
                        new PayloadColumn("word", PayloadType.STRING),
                        new PayloadColumn("price", PayloadType.decimal(9, 2)));
        assertThat(others.ordinals()).containsExactly(0, 2);
    }

    @Test
    void columnsThatPayloadCannotHaveAreNamed() {
        var finder = finder(true);
        var id = finder.id("key", PomaiOption.ID_COLUMN);
        var vector = finder.vector("vector", PomaiOption.VECTOR_COLUMN);
        assertThatThrownBy(() -> finder.others(id, vector, List.of()))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("column features has the type", "accepted: numbers", "leave it out");
    }
}
