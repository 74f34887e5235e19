package io.pomaidb.spark;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Every type that ids and vectors may have, as rows and as queries. */
abstract class ColumnTypesSpec extends SparkSpec {
    private static final List<Float> FIRST = List.of(0.25f, 0f, -1.5f, 0f);
    private static final List<Float> SECOND = List.of(0f, 3f, 0f, 0.125f);

    ColumnTypesSpec(Master master) {
        super(master);
    }

    @Test
    void floats() {
        check(DataTypes.createArrayType(DataTypes.FloatType), FIRST, SECOND);
    }

    @Test
    void doubles() {
        check(
                DataTypes.createArrayType(DataTypes.DoubleType),
                FIRST.stream().map(Float::doubleValue).toList(),
                SECOND.stream().map(Float::doubleValue).toList());
    }

    @Test
    void denseVectorsOfSparkMl() {
        check(SQLDataTypes.VectorType(), Vectors.dense(new double[] {0.25, 0, -1.5, 0}), Vectors.dense(new double[] {
            0, 3, 0, 0.125
        }));
    }

    @Test
    void sparseVectorsOfSparkMl() {
        check(
                SQLDataTypes.VectorType(),
                Vectors.sparse(4, new int[] {0, 2}, new double[] {0.25, -1.5}),
                Vectors.sparse(4, new int[] {1, 3}, new double[] {3, 0.125}));
    }

    /** Writes two rows with ids of both types, reads them back, and searches for them by themselves. */
    private void check(DataType vectorType, Object first, Object second) {
        for (DataType idType : List.of(DataTypes.IntegerType, DataTypes.LongType)) {
            var path = path("index-" + idType.typeName());
            var rows = rows(idType, vectorType, first, second);
            writer(rows).option("metric", "l2").save(path);

            assertThat(reader().load(path).schema().apply("id").dataType()).isEqualTo(idType);
            assertThat(read(path))
                    .containsEntry(1L, FIRST)
                    .containsEntry(2L, SECOND)
                    .hasSize(2);

            var hits = sorted(search(path)
                    .queries(rows)
                    .queryId("id")
                    .queryVector("embedding")
                    .topK(1)
                    .run());
            assertThat(hits)
                    .extracting(hit -> hit.getAs("query_id"), hit -> hit.getAs("id"), hit -> hit.getAs("score"))
                    .containsExactly(tuple(id(idType, 1), id(idType, 1), 0f), tuple(id(idType, 2), id(idType, 2), 0f));
        }
    }

    private Dataset<Row> rows(DataType idType, DataType vectorType, Object first, Object second) {
        var schema = new StructType().add("id", DataTypes.LongType).add("embedding", vectorType);
        return spark.createDataFrame(List.of(RowFactory.create(1L, first), RowFactory.create(2L, second)), schema)
                .withColumn("id", col("id").cast(idType));
    }

    private static Object id(DataType type, int id) {
        Object value = (long) id;
        if (type.equals(DataTypes.IntegerType)) {
            value = id;
        }
        return value;
    }
}
