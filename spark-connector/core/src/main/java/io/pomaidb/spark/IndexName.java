package io.pomaidb.spark;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;

/** An index as arguments of functions name it: by its path, or as a table of one of the session's catalogs. */
final class IndexName {
    private static final String SETTING = "spark.sql.catalog.";

    private IndexName() {}

    /**
     * The path of an index. {@code lake.en.words} is a table where {@code lake} is a {@link PomaiCatalog}, {@code words} is one
     * where such a catalog is the session's current one, and anything else is a path.
     */
    static String path(SparkSession spark, String name) {
        String given = name.trim();
        if (given.startsWith(Path.SEPARATOR) || given.contains(":" + Path.SEPARATOR)) {
            return given;
        }
        int dot = given.indexOf('.');
        String first = dot < 0 ? "" : given.substring(0, dot).replace("`", "");
        if (isOurs(spark, first)) {
            return table(spark, first, CatalogPaths.parse(first, given.replace("`" + first + "`", first)));
        }
        String current = spark.catalog().currentCatalog();
        if (!isOurs(spark, current)) {
            return given;
        }
        Identifier table = CatalogPaths.parse(current, given);
        String namespace = spark.catalog().currentDatabase();
        boolean isInNamespace =
                table.namespace().length == 0 && !table.name().contains(Path.SEPARATOR) && !namespace.isEmpty();
        return table(
                spark,
                current,
                isInNamespace ? Identifier.of(namespace.replace("`", "").split("\\.", -1), table.name()) : table);
    }

    private static boolean isOurs(SparkSession spark, String catalog) {
        return !catalog.isEmpty() && spark.conf().get(SETTING + catalog, "").equals(PomaiCatalog.class.getName());
    }

    private static String table(SparkSession spark, String catalog, Identifier table) {
        String warehouse = spark.conf().get(SETTING + catalog + "." + PomaiCatalog.WAREHOUSE, "");
        return new CatalogPaths(warehouse.isEmpty() ? null : warehouse)
                .of(table)
                .orElseThrow(() -> PomaiCatalog.severalParts("find", catalog, table));
    }
}
