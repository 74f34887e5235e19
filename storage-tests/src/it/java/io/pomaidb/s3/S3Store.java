package io.pomaidb.s3;

import io.pomaidb.fixture.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** An S3 server in a process of its own with one bucket, and how S3A gets there. */
final class S3Store implements AutoCloseable {
    static final String BUCKET = "indexes";

    /** Secrets that no output may show. */
    static final String KEY_ID = "AKSEEDEDKEYID0001";

    static final String SECRET_KEY = "seeded-secret-key-0002/+x";

    private final Path folder;
    private Jvm server;
    private int port;

    private S3Store(Path folder) {
        this.folder = folder;
    }

    static S3Store start(Path folder) throws IOException {
        // A bucket is a folder here.
        Files.createDirectories(folder.resolve(BUCKET));
        var store = new S3Store(folder);
        store.startServer();
        return store;
    }

    private void startServer() throws IOException {
        server = Jvm.start(S3Server.class, Integer.toString(port), folder.toString(), KEY_ID, SECRET_KEY);
        String line = server.readLine();
        if (line == null) {
            throw new IOException("The S3 server did not start: " + server.errors());
        }
        port = Integer.parseInt(line);
    }

    /** Kills the server in whatever it is doing. */
    void kill() throws InterruptedException {
        server.kill();
    }

    /** A new server on the same port, with the objects of the one that was killed. */
    void restart() throws IOException {
        server.close();
        startServer();
    }

    /** What S3A needs to get to the bucket. */
    Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        settings.put("fs.s3a.endpoint", "http://127.0.0.1:" + port);
        settings.put("fs.s3a.endpoint.region", "us-east-1");
        settings.put("fs.s3a.path.style.access", "true");
        settings.put("fs.s3a.connection.ssl.enabled", "false");
        settings.put("fs.s3a.access.key", KEY_ID);
        settings.put("fs.s3a.secret.key", SECRET_KEY);
        settings.put("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        settings.put("fs.s3a.attempts.maximum", "4");
        settings.put("fs.s3a.retry.limit", "4");
        settings.put("fs.s3a.retry.interval", "200ms");
        // Each test has file systems of its own, with its own configuration.
        settings.put("fs.s3a.impl.disable.cache", "true");
        return settings;
    }

    /** The settings in a configuration. */
    Configuration configuration() {
        var configuration = new Configuration();
        settings().forEach(configuration::set);
        return configuration;
    }

    /** Writes what S3A needs into a file, as processes are told it. */
    Path writeSettings(Path folder) throws IOException {
        Path file = folder.resolve("site.xml");
        try (var out = Files.newOutputStream(file)) {
            configuration().writeXml(out);
        }
        return file;
    }

    /** The objects as the server keeps them. */
    Path objects() {
        return folder.resolve(BUCKET);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
