package io.pomaidb.spark.column;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.DataException;
import io.pomaidb.index.IdType;
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
        assertThatThrownBy(() -> finder(true).id("word", PomaiOption.ID_COLUMN))
                .isInstanceOf(DataException.class)
                .hasMessage("Cannot do it: column word has the type string (accepted: int or bigint; cast it, or set"
                        + " option id_column)");
        assertThatThrownBy(() -> finder(true).vector("word", PomaiOption.VECTOR_COLUMN))
                .hasMessage("Cannot do it: column word has the type string (accepted: array<float>, array<double> or"
                        + " Spark ML's vector; cast it, or set option vector_column)");
    }

    @Test
    void columnsBesidesIdAndVectorAreRefused() {
        var finder = finder(true);
        var id = finder.id("key", PomaiOption.ID_COLUMN);
        var vector = finder.vector("vector", PomaiOption.VECTOR_COLUMN);
        assertThatThrownBy(() -> finder.refuseOthers(id, vector))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("no place for column Key", "key and vector alone");
    }
}
