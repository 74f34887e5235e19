package io.pomaidb.flink.catalog;

import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.flink.table.TableOptions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.catalog.Catalog;
import org.apache.flink.table.factories.CatalogFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** Makes catalogs of {@code 'type' = 'pomaidb'}. Flink finds it as a service. */
public final class PomaiCatalogFactory implements CatalogFactory {
    /** The folder of the catalog. */
    public static final ConfigOption<String> WAREHOUSE = ConfigOptions.key("warehouse")
            .stringType()
            .noDefaultValue()
            .withDescription("Folder of the catalog, on any Hadoop file system: its folders are the databases.");

    /** The database that is used first. */
    public static final ConfigOption<String> DEFAULT_DATABASE = ConfigOptions.key("default-database")
            .stringType()
            .defaultValue("default")
            .withDescription("The database that is used first; it need not have a folder yet.");

    @Override
    public String factoryIdentifier() {
        return TableOptions.CONNECTOR;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(WAREHOUSE);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        var options = new HashSet<ConfigOption<?>>(TableOptions.ofReaders());
        options.add(DEFAULT_DATABASE);
        return options;
    }

    @Override
    public Catalog createCatalog(Context context) {
        FactoryUtil.CatalogFactoryHelper helper = FactoryUtil.createCatalogFactoryHelper(this, context);
        helper.validateExcept(TableOptions.HADOOP_PREFIX);
        var tables = new HashMap<String, String>();
        Set<String> readers = new HashSet<>();
        TableOptions.ofReaders().forEach(option -> readers.add(option.key()));
        context.getOptions().forEach((name, text) -> {
            if (readers.contains(name) || name.startsWith(TableOptions.HADOOP_PREFIX)) {
                tables.put(name, text);
            }
        });
        var warehouse = new Warehouse(
                helper.getOptions().get(WAREHOUSE), HadoopSettings.with(TableOptions.hadoop(context.getOptions())));
        return new PomaiCatalog(context.getName(), helper.getOptions().get(DEFAULT_DATABASE), warehouse, tables);
    }
}
