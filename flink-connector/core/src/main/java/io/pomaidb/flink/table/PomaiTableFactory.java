package io.pomaidb.flink.table;

import java.util.ServiceLoader;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

/** Makes tables of {@code 'connector' = 'pomaidb'}. Flink finds it as a service. */
public final class PomaiTableFactory implements DynamicTableSourceFactory, DynamicTableSinkFactory {
    @Override
    public String factoryIdentifier() {
        return TableOptions.CONNECTOR;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(TableOptions.path());
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return TableOptions.optional();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        TableDefinition table = definition(context);
        return ServiceLoader.load(TableSourceMaker.class, PomaiTableFactory.class.getClassLoader())
                .findFirst()
                .map(maker -> maker.source(table))
                .orElseGet(() -> new PomaiTableSource(table));
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        return new PomaiTableSink(definition(context), context.getCatalogTable().getResolvedSchema());
    }

    private TableDefinition definition(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validateExcept(TableOptions.HADOOP_PREFIX);
        return TableDefinition.of(context.getCatalogTable(), helper.getOptions());
    }
}
