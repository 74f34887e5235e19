package io.pomaidb.s3;

import io.pomaidb.fixture.Jvm;
import java.net.URI;
import java.nio.file.Path;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A server that speaks S3 and keeps objects on the disk, until it is killed: {@code <port, 0 for any> <folder> <key id>
 * <secret key>}. Says the port that it listens on, on the loopback interface only.
 */
final class S3Server {
    private S3Server() {}

    public static void main(String[] arguments) throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(Path.of(arguments[1]).toString()))
                .endpoint(URI.create("http://127.0.0.1:" + arguments[0]))
                .awsAuthentication(AuthenticationType.AWS_V4, arguments[2], arguments[3])
                .build();
        server.start();
        Jvm.report(Integer.toString(server.getPort()));
        // Its parent's end ends it too.
        if (System.in.read() >= 0) {
            server.stop();
        }
        System.exit(0);
    }
}
