package io.pomaidb.flink.sink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A session of SQL without the connector on its class path: it runs a script, and writes the rows of all queries to a file. */
final class UberJarSql {
    private UberJarSql() {}

    /** Arguments: a file with statements that end with a semicolon at the end of a line, and the file to write. */
    @SuppressWarnings("try") // Of what Flink declares of close().
    public static void main(String[] arguments) throws Exception {
        TableEnvironment session = TableEnvironment.create(
                EnvironmentSettings.newInstance().inBatchMode().build());
        var lines = new ArrayList<String>();
        for (String statement : Files.readString(Path.of(arguments[0])).split(";\\s*\\n", -1)) {
            if (!statement.isBlank()) {
                TableResult result = session.executeSql(statement);
                if (statement.startsWith("SELECT")) {
                    try (CloseableIterator<Row> rows = result.collect()) {
                        rows.forEachRemaining(row -> lines.add(row.toString()));
                    }
                } else {
                    result.await();
                }
            }
        }
        Files.write(Path.of(arguments[1]), List.copyOf(lines));
    }
}
