package io.pomaidb.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock file of a cache entry. Its first byte is locked by all JVMs that use the entry, its second byte by the one
 * that fetches it, and the whole file by the one that deletes it. The system releases the locks of a killed JVM.
 *
 * <p>Two class loaders of one JVM cannot hold a file lock each. The second then goes without: should another JVM evict
 * the entry meanwhile, its files stay readable to whoever has them open, and whoever opens them looks whether they are
 * still there.
 */
final class EntryLock implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryLock.class);

    private static final long USE = 0;
    private static final long FETCH = 1;

    private final Path file;
    private final FileChannel channel;

    private EntryLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Waits until nobody deletes the entry, and keeps it until {@link #close}. */
    static EntryLock share(Path file) throws IOException {
        while (true) {
            FileChannel channel = open(file);
            try {
                channel.lock(USE, 1, true);
            } catch (OverlappingFileLockException e) {
                LOG.debug("Another class loader of this JVM has locked {}", file, e);
                return new EntryLock(file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            if (isFound(file, channel)) {
                return new EntryLock(file, channel);
            }
            // Its deleter was faster: the lock is on a file that nobody else will find.
            channel.close();
        }
    }

    /** The lock for a deleter; empty if somebody uses the entry. */
    static Optional<EntryLock> tryExclude(Path file) throws IOException {
        FileChannel channel = open(file);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null && isFound(file, channel);
        } catch (OverlappingFileLockException e) {
            LOG.debug("Another class loader of this JVM uses {}", file, e);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? Optional.of(new EntryLock(file, channel)) : Optional.empty();
    }

    /** Whether others who look for the file find the one that the channel has, of which a deleter has left a mark. */
    private static boolean isFound(Path file, FileChannel channel) throws IOException {
        return channel.size() == 0 && Files.exists(file);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Waits until no other JVM fetches the entry, and keeps others from it until the result is closed; empty if another
     * class loader of this JVM fetches it, which nobody can wait for.
     */
    Optional<FileLock> fetchAlone() throws IOException {
        try {
            return Optional.of(channel.lock(FETCH, 1, false));
        } catch (OverlappingFileLockException e) {
            LOG.debug("Another class loader of this JVM fetches the entry of {}", file, e);
            return Optional.empty();
        }
    }

    /**
     * Removes the file of an exclusive lock; whoever waits for it makes another. The mark tells those who have it open already,
     * and get its lock next, that a file of that name is not theirs any more.
     */
    void deleteFile() throws IOException {
        Files.deleteIfExists(file);
        channel.write(ByteBuffer.wrap(new byte[] {1}));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
