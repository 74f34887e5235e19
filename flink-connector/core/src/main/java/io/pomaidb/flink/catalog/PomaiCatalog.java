package io.pomaidb.flink.catalog;

import io.pomaidb.error.ConfigurationException;
import io.pomaidb.flink.table.PomaiTableFactory;
import io.pomaidb.flink.table.TableOptions;
import io.pomaidb.index.PomaiIndex;
import io.pomaidb.index.Snapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogDatabase;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.TableChange;
import org.apache.flink.table.catalog.exceptions.CatalogException;
import org.apache.flink.table.catalog.exceptions.DatabaseAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotEmptyException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.TableAlreadyExistException;
import org.apache.flink.table.catalog.exceptions.TableNotExistException;
import org.apache.flink.table.catalog.stats.CatalogTableStatistics;
import org.apache.flink.table.factories.Factory;

/**
 * The indexes below a folder as tables: {@code <warehouse>/<database>/<table>}, whoever wrote them. It keeps nothing of its
 * own: a table has the columns that its index has now. Flink's, made by {@code CREATE CATALOG}; for any number of threads.
 */
final class PomaiCatalog extends TablesOnlyCatalog {
    private final String name;
    private final String defaultDatabase;
    private final Warehouse warehouse;
    private final Map<String, String> tableOptions;

    PomaiCatalog(String name, String defaultDatabase, Warehouse warehouse, Map<String, String> tableOptions) {
        this.name = name;
        this.defaultDatabase = defaultDatabase;
        this.warehouse = warehouse;
        this.tableOptions = Map.copyOf(tableOptions);
    }

    @Override
    public Optional<Factory> getFactory() {
        return Optional.of(new PomaiTableFactory());
    }

    @Override
    public void open() {
        // Folders are looked at when they are asked for.
    }

    @Override
    public void close() {
        // Nothing is kept open.
    }

    @Override
    public String getDefaultDatabase() {
        return defaultDatabase;
    }

    @Override
    public List<String> listDatabases() {
        var databases = new ArrayList<>(warehouse.databases());
        if (!databases.contains(defaultDatabase)) {
            databases.add(0, defaultDatabase);
        }
        return databases;
    }

    @Override
    public CatalogDatabase getDatabase(String database) throws DatabaseNotExistException {
        requireDatabase(database);
        return new FolderDatabase();
    }

    private void requireDatabase(String database) throws DatabaseNotExistException {
        if (!databaseExists(database)) {
            throw new DatabaseNotExistException(name, database);
        }
    }

    /** The default one is there before its folder. */
    @Override
    public boolean databaseExists(String database) {
        return database.equals(defaultDatabase) || warehouse.hasDatabase(database);
    }

    @Override
    public void createDatabase(String database, CatalogDatabase definition, boolean ignoreIfExists)
            throws DatabaseAlreadyExistException {
        if (!databaseExists(database)) {
            warehouse.create(database);
        } else if (!ignoreIfExists) {
            throw new DatabaseAlreadyExistException(name, database);
        }
    }

    @Override
    public void dropDatabase(String database, boolean ignoreIfNotExists, boolean cascade)
            throws DatabaseNotExistException, DatabaseNotEmptyException {
        if (!warehouse.hasDatabase(database)) {
            if (!ignoreIfNotExists) {
                throw new DatabaseNotExistException(name, database);
            }
            return;
        }
        if (!cascade && !warehouse.tables(database).isEmpty()) {
            throw new DatabaseNotEmptyException(name, database);
        }
        warehouse.delete(warehouse.database(database));
    }

    @Override
    public void alterDatabase(String database, CatalogDatabase definition, boolean ignoreIfNotExists) {
        throw new CatalogException("Cannot alter database " + database + ": it is a folder, and has no properties");
    }

    @Override
    public List<String> listTables(String database) throws DatabaseNotExistException {
        requireDatabase(database);
        return warehouse.tables(database);
    }

    @Override
    public boolean tableExists(ObjectPath path) {
        return warehouse.hasTable(path);
    }

    @Override
    public CatalogBaseTable getTable(ObjectPath path) throws TableNotExistException {
        return CatalogTables.of(warehouse.index(path), snapshot(path, null), tableOptions);
    }

    @Override
    public CatalogBaseTable getTable(ObjectPath path, long timestamp) throws TableNotExistException {
        Snapshot snapshot = snapshot(path, Instant.ofEpochMilli(timestamp));
        var options = new HashMap<>(tableOptions);
        options.put(TableOptions.SCAN_VERSION.key(), Long.toString(snapshot.version()));
        return CatalogTables.of(warehouse.index(path), snapshot, options);
    }

    /** The latest snapshot, or that of a time. */
    private Snapshot snapshot(ObjectPath path, Instant time) throws TableNotExistException {
        if (!warehouse.hasTable(path)) {
            throw new TableNotExistException(name, path);
        }
        try {
            PomaiIndex index = warehouse.index(path);
            return time == null ? index.latestExisting() : index.snapshot(time);
        } catch (IOException e) {
            throw new CatalogException("Cannot read table " + path, e);
        }
    }

    @Override
    public void createTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfExists)
            throws TableAlreadyExistException, DatabaseNotExistException {
        requireDatabase(path.getDatabaseName());
        if (tableExists(path)) {
            if (!ignoreIfExists) {
                throw new TableAlreadyExistException(name, path);
            }
            return;
        }
        if (!(table instanceof ResolvedCatalogTable resolved)) {
            throw new CatalogException("Cannot create " + path + ": it is no table (accepted: tables; views can be"
                    + " temporary, or in another catalog)");
        }
        try {
            CatalogTables.create(warehouse.index(path), resolved, warehouse.configuration());
        } catch (IOException | ConfigurationException e) {
            throw new CatalogException("Cannot create table " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void dropTable(ObjectPath path, boolean ignoreIfNotExists) throws TableNotExistException {
        if (tableExists(path)) {
            warehouse.delete(warehouse.table(path));
        } else if (!ignoreIfNotExists) {
            throw new TableNotExistException(name, path);
        }
    }

    @Override
    public void renameTable(ObjectPath path, String newName, boolean ignoreIfNotExists)
            throws TableNotExistException, TableAlreadyExistException {
        var to = new ObjectPath(path.getDatabaseName(), newName);
        if (!tableExists(path)) {
            if (!ignoreIfNotExists) {
                throw new TableNotExistException(name, path);
            }
            return;
        }
        if (tableExists(to)) {
            throw new TableAlreadyExistException(name, to);
        }
        warehouse.rename(path, newName);
    }

    /** Of a definition alone it cannot be told what is to change. */
    @Override
    public void alterTable(ObjectPath path, CatalogBaseTable table, boolean ignoreIfNotExists) {
        throw new CatalogException(
                "Cannot alter table " + path
                        + " by a whole definition: it does not say what changes (accepted: changes, as ALTER TABLE gives them)");
    }

    @Override
    public void alterTable(
            ObjectPath path, CatalogBaseTable table, List<TableChange> changes, boolean ignoreIfNotExists)
            throws TableNotExistException {
        if (!tableExists(path)) {
            if (!ignoreIfNotExists) {
                throw new TableNotExistException(name, path);
            }
            return;
        }
        try {
            new TableAlteration(warehouse.index(path), changes).commit();
        } catch (IOException | ConfigurationException e) {
            throw new CatalogException("Cannot alter table " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public CatalogTableStatistics getTableStatistics(ObjectPath path) throws TableNotExistException {
        Snapshot snapshot = snapshot(path, null);
        int files = snapshot.segments().size();
        return new CatalogTableStatistics(snapshot.rows(), files, -1, -1);
    }
}
