package io.pomaidb.flink.catalog;

import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogDatabase;

/** A folder of indexes: it has a name and nothing else to tell. */
record FolderDatabase() implements CatalogDatabase {
    @Override
    public Map<String, String> getProperties() {
        return Map.of();
    }

    @Override
    public String getComment() {
        return "";
    }

    @Override
    public CatalogDatabase copy() {
        return this;
    }

    @Override
    public CatalogDatabase copy(Map<String, String> properties) {
        return this;
    }

    @Override
    public Optional<String> getDescription() {
        return Optional.empty();
    }

    @Override
    public Optional<String> getDetailedDescription() {
        return Optional.empty();
    }
}
