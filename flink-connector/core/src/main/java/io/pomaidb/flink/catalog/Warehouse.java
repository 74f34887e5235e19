package io.pomaidb.flink.catalog;

import io.pomaidb.flink.HadoopSettings;
import io.pomaidb.index.PomaiIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.CatalogException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folder of a catalog: a folder in it is a database, and one in that a table, if it is an index. */
final class Warehouse {
    /** What an index is known by. */
    private static final String SNAPSHOTS = "_pomai";

    private final Path root;
    private final Configuration configuration;

    Warehouse(String root, HadoopSettings hadoop) {
        this.root = new Path(root);
        this.configuration = hadoop.load();
    }

    /** An action on the file system. */
    @FunctionalInterface
    private interface Action<R> {
        R on(FileSystem files) throws IOException;
    }

    private <R> R run(String what, Action<R> action) {
        try {
            return action.on(root.getFileSystem(configuration));
        } catch (IOException e) {
            throw new CatalogException("Cannot " + what + " in " + root, e);
        }
    }

    /** Holds a name of a database or table against what a folder can be called. */
    private static String checked(String name) {
        if (name.isEmpty()
                || name.startsWith(".")
                || name.startsWith("_")
                || name.contains("/")
                || name.contains(":")) {
            throw new CatalogException("Cannot use name '" + name
                    + "': it would be a folder (accepted: names without / and :, and not starting with . or _)");
        }
        return name;
    }

    Path database(String name) {
        return new Path(root, checked(name));
    }

    Path table(ObjectPath path) {
        return new Path(database(path.getDatabaseName()), checked(path.getObjectName()));
    }

    PomaiIndex index(ObjectPath path) {
        return run("open index " + path, files -> PomaiIndex.at(table(path), configuration));
    }

    Configuration configuration() {
        return configuration;
    }

    List<String> databases() {
        return run("list databases", files -> folders(files, root).stream()
                .filter(name -> !isIndex(files, new Path(root, name)))
                .toList());
    }

    List<String> tables(String database) {
        Path folder = database(database);
        return run("list tables of " + database, files -> folders(files, folder).stream()
                .filter(name -> isIndex(files, new Path(folder, name)))
                .toList());
    }

    private static List<String> folders(FileSystem files, Path folder) throws IOException {
        var names = new ArrayList<String>();
        if (files.exists(folder)) {
            for (FileStatus status : files.listStatus(folder)) {
                String name = status.getPath().getName();
                if (status.isDirectory() && !name.startsWith(".") && !name.startsWith("_")) {
                    names.add(name);
                }
            }
        }
        names.sort(null);
        return names;
    }

    private static boolean isIndex(FileSystem files, Path folder) {
        try {
            return files.exists(new Path(folder, SNAPSHOTS));
        } catch (IOException e) {
            throw new CatalogException("Cannot look into " + folder, e);
        }
    }

    boolean hasDatabase(String name) {
        Path folder = database(name);
        return run("look for database " + name, files -> files.exists(folder) && !isIndex(files, folder));
    }

    boolean hasTable(ObjectPath path) {
        return run("look for table " + path, files -> isIndex(files, table(path)));
    }

    void create(String database) {
        run("create database " + database, files -> files.mkdirs(database(database)));
    }

    void delete(Path folder) {
        run("delete " + folder, files -> files.delete(folder, true));
    }

    void rename(ObjectPath path, String newName) {
        Path to = table(new ObjectPath(path.getDatabaseName(), newName));
        boolean renamed = run("rename table " + path, files -> files.rename(table(path), to));
        if (!renamed) {
            throw new CatalogException("Cannot rename table " + path + " to " + newName
                    + ": the file system refuses (look whether something is there already)");
        }
    }
}
