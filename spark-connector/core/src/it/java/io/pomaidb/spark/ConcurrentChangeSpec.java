package io.pomaidb.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operations that change rows at the same time: none undoes what it has not seen. */
abstract class ConcurrentChangeSpec extends SparkSpec {
    private static final int DIM = 2;
    private static final long MINUTES = 5;

    /** The operation that is held while others commit has come to its rows, and may go on. */
    private static CountDownLatch reached = new CountDownLatch(0);

    private static CountDownLatch released = new CountDownLatch(0);

    /** One task waits; the other core is for those who come meanwhile. */
    private static final AtomicBoolean WAITS = new AtomicBoolean();

    private static int catalogs;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private String table;

    ConcurrentChangeSpec(Master master) {
        super(master);
    }

    @BeforeEach
    void aTableOfTenRows() {
        spark.conf().set("spark.sql.catalog.pomaidb", PomaiCatalog.class.getName());
        UDF1<Long, Long> held = ConcurrentChangeSpec::held;
        spark.udf().register("held", held, DataTypes.LongType);
        table = "pomaidb.`" + path("index") + "`";
        rows(0, 10, DIM).selectExpr("id", "embedding", "id * 10 AS number").createOrReplaceTempView("concurrent_rows");
        spark.sql(
                "CREATE TABLE " + table + " TBLPROPERTIES (metric 'l2', shards '2') AS SELECT * FROM concurrent_rows");
    }

    @AfterEach
    void end() {
        released.countDown();
        thread.shutdownNow();
    }

    private static Long held(Long value) throws InterruptedException {
        if (!WAITS.getAndSet(false)) {
            return value;
        }
        reached.countDown();
        if (!released.await(MINUTES, TimeUnit.MINUTES)) {
            throw new IllegalStateException("Nobody let the operation go on");
        }
        return value;
    }

    /** Starts an operation that calls {@code held}, and returns when it has read its rows. */
    private Future<?> start(String sql) throws InterruptedException {
        reached = new CountDownLatch(1);
        released = new CountDownLatch(1);
        WAITS.set(true);
        Future<?> running = thread.submit(() -> spark.sql(sql));
        assertThat(reached.await(MINUTES, TimeUnit.MINUTES)).isTrue();
        return running;
    }

    private static void end(Future<?> running) throws Exception {
        released.countDown();
        running.get(MINUTES, TimeUnit.MINUTES);
    }

    private void assertRefused(Future<?> running, String... words) throws IOException {
        List<Long> versions = index(path("index")).versions();
        assertThatThrownBy(() -> end(running))
                .isInstanceOf(ExecutionException.class)
                .satisfies(failure -> {
                    for (String word : words) {
                        assertThat(failure).hasStackTraceContaining(word);
                    }
                })
                .hasStackTraceContaining("(nothing was committed; run it again)");
        assertThat(index(path("index")).versions()).isEqualTo(versions);
        var listed = new ArrayList<String>();
        for (long version : versions) {
            index(path("index")).snapshot(version).segments().forEach(segment -> listed.add("" + segment.uuid()));
        }
        assertThat(files(path("index")))
                .filteredOn(file -> file.startsWith("data"))
                .allMatch(file -> listed.stream().anyMatch(file::contains));
    }

    private String number(long id) {
        return spark.sql("SELECT number FROM " + table + " WHERE id = " + id)
                .collectAsList()
                .toString();
    }

    @Test
    @Tag("every-version")
    void anUpdateDoesNotUndoAnother() throws Exception {
        String increment = "UPDATE " + table + " SET number = held(number) + 1 WHERE id = 3";
        var update = start(increment);
        spark.sql("UPDATE " + table + " SET number = number + 1000 WHERE id = 3");

        assertRefused(update, "Cannot commit UPDATE to index", "since version 1, which it read, version 2 changed 1");
        assertThat(number(3)).isEqualTo("[[1030]]");
        spark.sql(increment);
        assertThat(number(3)).isEqualTo("[[1031]]");
    }

    @Test
    void changesOfOtherRowsStay() throws Exception {
        var update = start("UPDATE " + table + " SET number = held(number) + 1 WHERE id IN (3, 4)");
        spark.sql("UPDATE " + table + " SET number = -1 WHERE id = 5");
        spark.sql("DELETE FROM " + table + " WHERE id = 6");
        spark.sql("INSERT INTO " + table + " SELECT id + 100, embedding, number FROM concurrent_rows");
        PomaiIndexActions.on(spark, path("index")).compact();
        end(update);

        assertThat(number(3) + number(4) + number(5) + number(6)).isEqualTo("[[31]][[41]][[-1]][]");
        assertThat(spark.table(table).count()).isEqualTo(19);
    }

    @Test
    void aDeletionDoesNotUndoAnUpdate() throws Exception {
        var deletion = start("DELETE FROM " + table + " WHERE held(number) >= 50");
        spark.sql("UPDATE " + table + " SET number = 0 WHERE id = 7");
        assertRefused(deletion, "Cannot commit DELETE", "row 7");

        deletion = start("DELETE FROM " + table + " WHERE held(number) >= 50");
        spark.sql("DELETE FROM " + table + " WHERE id = 8");
        end(deletion);
        assertThat(spark.table(table).count()).isEqualTo(6);
    }

    @Test
    void twoMergesDoNotInsertOneRow() throws Exception {
        spark.range(15)
                .selectExpr("id", "array(1F, id) AS embedding", "id AS number")
                .createOrReplaceTempView("concurrent_changes");
        String merge = "MERGE INTO " + table + " t USING concurrent_changes s ON t.id = s.id"
                + " WHEN MATCHED AND t.number < 0 THEN DELETE WHEN NOT MATCHED THEN INSERT (id, embedding, number) VALUES (s.id, s.embedding, %s)";
        var held = start(merge.formatted("held(s.number)"));
        spark.sql(merge.formatted("-1"));

        assertRefused(held, "Cannot commit MERGE", "version 2 changed 5 of the rows");
        assertThat(number(12)).isEqualTo("[[-1]]");
    }

    @Test
    @Tag("every-version")
    void twoMergesThatOnlyInsertDoNotInsertOneRow() throws Exception {
        spark.range(15)
                .selectExpr("id", "array(1F, id) AS embedding", "id AS number")
                .createOrReplaceTempView("concurrent_changes");
        String merge = "MERGE INTO " + table + " t USING concurrent_changes s ON t.id = s.id"
                + " WHEN NOT MATCHED THEN INSERT (id, embedding, number) VALUES (s.id, s.embedding, %s)";
        var held = start(merge.formatted("held(s.number)"));
        spark.sql(merge.formatted("-1"));

        assertRefused(
                held,
                "Cannot commit INSERT, or MERGE with nothing but INSERT, to index",
                "since version 1, which it read, version 2 changed 5 of the rows");
        assertThat(number(12)).isEqualTo("[[-1]]");
        assertThat(number(3)).isEqualTo("[[30]]");
        spark.sql(merge.formatted("held(s.number)"));
        assertThat(number(12)).isEqualTo("[[-1]]");
    }

    @Test
    void anInsertOfWhatItReadIsHeldAgainstOthersAndOneOfOtherRowsIsNot() throws Exception {
        var copy = start(
                "INSERT INTO " + table + " SELECT id, embedding, held(number) + 1 FROM " + table + " WHERE id < 5");
        spark.sql("UPDATE " + table + " SET number = 0 WHERE id = 3");
        assertRefused(copy, "Cannot commit INSERT", "version 2 changed 1 of the rows");

        var others = start("INSERT INTO " + table + " SELECT id, embedding, held(number) + 1 FROM concurrent_rows");
        spark.sql("UPDATE " + table + " SET number = 0 WHERE id = 3");
        end(others);
        assertThat(number(3)).isEqualTo("[[31]]");
    }

    @Test
    void whatReplacesAllRowsIsNotMixedWithThem() throws Exception {
        var update = start("UPDATE " + table + " SET number = held(number) + 1 WHERE id = 3");
        spark.sql("INSERT OVERWRITE " + table + " SELECT * FROM concurrent_rows WHERE id < 2");
        assertRefused(update, "version 2 replaced rows that it read (operation overwrite)");
    }

    @Test
    void newRowsAreAConflictWhereTheCatalogSaysSo() throws Exception {
        String catalog = "serializable" + ++catalogs;
        spark.conf().set("spark.sql.catalog." + catalog, PomaiCatalog.class.getName());
        spark.conf().set("spark.sql.catalog." + catalog + ".isolation_level", "serializable");
        String deletion = "DELETE FROM %s.`" + path("index") + "` WHERE number > 50 AND held(number) > 0";
        List<Long> added = List.of(1000L, 1001L, 1002L);

        var unseen = start(deletion.formatted("pomaidb"));
        insert(added.get(0), 99);
        end(unseen);
        assertThat(number(added.get(0))).isEqualTo("[[99]]");

        spark.sql("INSERT INTO " + table + " SELECT * FROM concurrent_rows");
        var others = start(deletion.formatted(catalog));
        insert(added.get(1), 0);
        end(others);
        assertThat(spark.table(table).count()).isEqualTo(7);

        spark.sql("INSERT INTO " + table + " SELECT * FROM concurrent_rows");
        var seen = start(deletion.formatted(catalog));
        insert(added.get(2), 99);
        assertRefused(seen, "brought rows that it would have read");
    }

    private void insert(long id, long number) {
        spark.sql("INSERT INTO " + table + " VALUES (" + id + ", array(1, 2), " + number + ")");
    }

    @Test
    void anUnknownLevelIsRefused() {
        String catalog = "unknown" + ++catalogs;
        spark.conf().set("spark.sql.catalog." + catalog, PomaiCatalog.class.getName());
        spark.conf().set("spark.sql.catalog." + catalog + ".isolation_level", "chaos");
        assertThatThrownBy(() -> spark.sql("SELECT * FROM " + catalog + ".`" + path("index") + "`"))
                .hasStackTraceContaining("isolation_level: 'chaos' (accepted: snapshot, serializable)");
    }
}
