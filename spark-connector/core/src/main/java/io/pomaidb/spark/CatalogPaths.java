package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.config.PomaiOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;

/**
 * Where a catalog's tables are: a name that is a path, with a slash in it, is the path of its index; any other is a folder
 * in the catalog's warehouse, and its namespaces are folders above it. Without a warehouse every name is a path.
 *
 * @param warehouse a path; null where there is none
 */
record CatalogPaths(String warehouse) {
    private static final String SLASH = Path.SEPARATOR;

    /** The identifier of a table's name as SQL has it, of a catalog that may stand before it. */
    static Identifier parse(String catalog, String table) {
        String name = table.trim();
        String prefix = catalog + ".";
        boolean isPath = name.startsWith(SLASH) || name.contains(":" + SLASH);
        if (!isPath && name.regionMatches(true, 0, prefix, 0, prefix.length())) {
            name = name.substring(prefix.length());
        }
        String plain = name.replace("`", "");
        if (plain.contains(SLASH)) {
            return Identifier.of(new String[0], plain);
        }
        String[] parts = plain.split("\\.", -1);
        return Identifier.of(Arrays.copyOf(parts, parts.length - 1), parts[parts.length - 1]);
    }

    /** The path of a table's index; empty if there can be none. */
    Optional<String> of(Identifier identifier) {
        boolean isPath = identifier.namespace().length == 0
                && (warehouse == null || identifier.name().contains(SLASH));
        if (isPath) {
            return Optional.of(identifier.name());
        }
        return warehouse == null
                ? Optional.empty()
                : Optional.of(folder(identifier.namespace()) + SLASH + identifier.name());
    }

    private String folder(String[] namespace) {
        return namespace.length == 0 ? warehouse : warehouse + SLASH + String.join(SLASH, namespace);
    }

    /** The location of a table; empty if there can be none. */
    Optional<IndexLocation> location(Identifier identifier) {
        // A name is parsed as the option is, so that both routes lead to one index; without the option it is empty.
        return of(identifier)
                .map(path -> path.isEmpty() ? Map.<String, String>of() : Map.of(PomaiOption.PATH.optionName(), path))
                .map(options -> IndexLocation.of(
                        SparkSession.active(), PomaiOptions.parse(options).path()));
    }

    /** The tables in a namespace of the warehouse. */
    Identifier[] list(String[] namespace) {
        if (warehouse == null) {
            return new Identifier[0];
        }
        var folder = new Path(folder(namespace));
        List<Identifier> tables = new ArrayList<>();
        try {
            var location = IndexLocation.of(SparkSession.active(), folder.toString());
            FileSystem fileSystem = folder.getFileSystem(location.configuration());
            if (fileSystem.exists(folder)) {
                for (FileStatus status : fileSystem.listStatus(folder)) {
                    if (fileSystem.exists(new Path(status.getPath(), IndexRemoval.SNAPSHOTS))) {
                        tables.add(Identifier.of(namespace, status.getPath().getName()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list the indexes in " + folder, e);
        }
        return tables.toArray(Identifier[]::new);
    }
}
