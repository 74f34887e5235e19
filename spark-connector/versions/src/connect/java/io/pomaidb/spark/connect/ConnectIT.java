package io.pomaidb.spark.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Spark Connect server with the jar on its class path, and a client without it, each a JVM of its own. */
@Tag("every-version")
class ConnectIT {
    private static final Duration START = Duration.ofMinutes(3);

    /** What the client brings itself, or must do without. */
    private static final Pattern OF_THE_SERVER = Pattern.compile(
            "pomaidb-.*|spark-(sql|sql-api|catalyst|core|connect|mllib|network|launcher|kvstore).*|.*arrow.*|.*hadoop.*|netty-.*");

    @TempDir
    private Path folder;

    private Process server;
    private int port;

    @BeforeEach
    void startServer() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (var free = new ServerSocket(0, 1, loopback)) {
            port = free.getLocalPort();
        }
        server = start(
                "server",
                System.getProperty("java.class.path"),
                List.of(
                        "-Dspark.master=local[2]",
                        "-Dspark.ui.enabled=false",
                        "-Dspark.driver.host=127.0.0.1",
                        "-Dspark.driver.bindAddress=127.0.0.1",
                        "-Dspark.connect.grpc.binding.address=127.0.0.1",
                        "-Dspark.connect.grpc.binding.port=" + port,
                        "-Dspark.sql.shuffle.partitions=2",
                        "-Dspark.sql.catalog.pomaidb=io.pomaidb.spark.PomaiCatalog"),
                "org.apache.spark.sql.connect.service.SparkConnectServer");
        long deadline = System.nanoTime() + START.toNanos();
        while (!accepts(loopback)) {
            assertThat(server.isAlive() && System.nanoTime() < deadline)
                    .as(() -> log("server"))
                    .isTrue();
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        server.destroy();
        if (!server.waitFor(1, TimeUnit.MINUTES)) {
            server.destroyForcibly();
        }
    }

    private boolean accepts(InetAddress address) {
        try (var socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private Process start(String name, String classPath, List<String> options, String... program) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.addAll(List.of(System.getProperty("spark.jvm.options").split(" ", -1)));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath));
        command.addAll(List.of(program));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(folder.toFile());
        builder.redirectOutput(folder.resolve(name + ".log").toFile());
        return builder.start();
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            return "There is no log of the " + name + ": " + e;
        }
    }

    /** Spark's client, of the server's class path what both need, and the program. */
    private static String clientClassPath() throws IOException {
        var entries = new ArrayList<String>();
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("pomai.connect.client")))) {
            jars.map(Path::toString).sorted().forEach(entries::add);
        }
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !OF_THE_SERVER
                        .matcher(Path.of(entry).getFileName().toString())
                        .matches())
                .forEach(entries::add);
        return entries.stream().collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void aClientReachesTheIndexByOptionsAndSql() throws Exception {
        Process client = start(
                "client",
                clientClassPath(),
                List.of(),
                ConnectClient.class.getName(),
                "sc://127.0.0.1:" + port,
                folder.toString());
        try {
            assertThat(client.waitFor(4, TimeUnit.MINUTES)).isTrue();
            assertThat(client.exitValue())
                    .as(() -> log("client") + log("server"))
                    .isZero();
        } finally {
            client.destroyForcibly();
        }
    }
}
