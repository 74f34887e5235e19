package io.pomaidb.spark;

import io.pomaidb.config.PomaiOption;
import io.pomaidb.error.ConfigurationException;
import java.util.Map;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.sources.RelationProvider;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The data source {@code pomaidb}. Spark makes one for each read and write, by name; users do not.
 *
 * <p>Spark gives all four save modes only to sources that come with a catalog, so this one puts {@link PomaiCatalog} into
 * the active session's configuration the first time it is used there.
 */
public final class PomaiSource implements SupportsCatalogOptions, DataSourceRegister, RelationProvider {
    static final String NAME = "pomaidb";
    private static final String CATALOG_SETTING = "spark.sql.catalog." + NAME;

    @Override
    public String shortName() {
        return NAME;
    }

    @Override
    public Identifier extractIdentifier(CaseInsensitiveStringMap options) {
        return new IndexIdentifier(options.asCaseSensitiveMap());
    }

    @Override
    public String extractCatalog(CaseInsensitiveStringMap options) {
        var configuration = SparkSession.active().conf();
        if (!configuration.contains(CATALOG_SETTING)) {
            configuration.set(CATALOG_SETTING, PomaiCatalog.class.getName());
        }
        return NAME;
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return IndexTable.load(StreamOptions.parse(options.asCaseSensitiveMap()))
                .schema();
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> options) {
        return IndexTable.load(StreamOptions.parse(options));
    }

    /**
     * Called by Spark where the catalog's table cannot be read, which is where there is no index.
     *
     * @throws ConfigurationException always, saying so
     */
    @Override
    public BaseRelation createRelation(SQLContext context, scala.collection.immutable.Map<String, String> options) {
        var path = options.get(PomaiOption.PATH.optionName());
        throw new ConfigurationException("Cannot read index " + (path.isDefined() ? path.get() : "without a path")
                + ": there is none (write one there first, or change option path)");
    }
}
