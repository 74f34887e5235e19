package io.pomaidb.flink;

import java.io.File;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Where a job's Hadoop settings come from: on each machine the files in {@code HADOOP_CONF_DIR} or
 * {@code HADOOP_HOME/etc/hadoop} and on the class path, and over them what the job sets itself. Immutable; only what the
 * job sets travels with it. {@link #toString} shows no values, which may be secrets.
 */
public final class HadoopSettings implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String[] FILES = {"core-site.xml", "hdfs-site.xml"};

    private final TreeMap<String, String> own;

    private HadoopSettings(Map<String, String> own) {
        HadoopClasses.require();
        this.own = new TreeMap<>(own);
    }

    /** The settings of the machines alone. */
    public static HadoopSettings ofMachine() {
        return new HadoopSettings(Map.of());
    }

    /** The settings of the machines, with {@code own} over them. */
    public static HadoopSettings with(Map<String, String> own) {
        return new HadoopSettings(own);
    }

    /** A configuration with the settings of this machine and the job's own; the caller's to change. */
    public Configuration load() {
        return load(System.getenv());
    }

    Configuration load(Map<String, String> environment) {
        ClassLoader hadoop = Configuration.class.getClassLoader();
        keepShutdownHookFromJobs(hadoop);
        var configuration = new Configuration();
        // Hadoop caches file systems with their settings for as long as its own classes live, and a job's may go
        // earlier.
        configuration.setClassLoader(hadoop);
        folder(environment).ifPresent(folder -> {
            for (String name : FILES) {
                var file = new File(folder, name);
                if (file.isFile()) {
                    configuration.addResource(new Path(file.toURI()));
                }
            }
        });
        own.forEach(configuration::set);
        return configuration;
    }

    /** Hadoop's hook would otherwise look for its settings by the classes of the first job, which are gone by then. */
    private static void keepShutdownHookFromJobs(ClassLoader hadoop) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(hadoop);
        try {
            ShutdownHookManager.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Optional<File> folder(Map<String, String> environment) {
        return Optional.ofNullable(environment.get("HADOOP_CONF_DIR"))
                .map(File::new)
                .or(() ->
                        Optional.ofNullable(environment.get("HADOOP_HOME")).map(home -> new File(home, "etc/hadoop")));
    }

    @Override
    public String toString() {
        return "Hadoop settings of the machine and " + own.keySet();
    }
}
