package io.pomaidb.spark;

import io.pomaidb.fixture.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The first of the words in {@code examples/data}, with three components of their vectors, as the documents' queries have; years, languages and titles are made up.
 */
record ExampleWords(List<Word> words) {
    private static final int COUNT = 300;
    private static final int COMPONENTS = 64;

    /** A query that the documents ask. */
    static final float[] ASKED = {0.1f, 0.7f, 0.2f};

    private static final StructType SCHEMA =
            StructType.fromDDL("id BIGINT, embedding ARRAY<FLOAT>, word STRING, year INT, lang STRING, title STRING");

    /** A word. */
    record Word(long id, List<Float> vector, String word, int year, String lang) {
        private Row row() {
            return RowFactory.create(id, vector, word, year, lang, "The " + word);
        }

        private double cosine(float[] query) {
            double dot = 0;
            double mine = 0;
            double its = 0;
            for (int i = 0; i < query.length; i++) {
                dot += (double) vector.get(i) * query[i];
                mine += (double) vector.get(i) * vector.get(i);
                its += (double) query[i] * query[i];
            }
            return dot / Math.sqrt(mine * its);
        }
    }

    static ExampleWords load() throws IOException {
        var folder = Documents.root().resolve("examples/data/words");
        var lines = Files.readAllLines(folder.resolve("words.tsv"));
        var vectors = TestData.floats(folder.resolve("vectors.f32"), COMPONENTS);
        var words = new ArrayList<Word>();
        for (int i = 0; i < COUNT; i++) {
            var columns = lines.get(i + 1).split("\t", -1);
            float[] all = vectors.get(i);
            List<Float> vector = List.of(all[0], all[1], all[2]);
            words.add(
                    new Word(Long.parseLong(columns[0]), vector, columns[1], 1890 + i % 130, i % 2 == 0 ? "en" : "de"));
        }
        return new ExampleWords(List.copyOf(words));
    }

    Dataset<Row> rows(SparkSession spark) {
        return spark.createDataFrame(words.stream().map(Word::row).toList(), SCHEMA)
                .repartition(2);
    }

    /** Ids of the nearest among those of a year after {@code year}, nearest first. */
    List<Long> nearest(float[] query, int year, int k) {
        return words.stream()
                .filter(word -> word.year() > year)
                .sorted(Comparator.comparingDouble(word -> -word.cosine(query)))
                .limit(k)
                .map(Word::id)
                .toList();
    }
}
