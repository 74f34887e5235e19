package io.pomaidb.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock file of a cache entry: shared by the JVMs that use the entry, exclusive to the one that deletes it. Its
 * modification time is when the entry was last used.
 *
 * <p>Two class loaders of one JVM cannot hold a file lock each. The second then goes without: should another JVM evict
 * the entry meanwhile, its files stay readable to whoever has them open.
 */
final class EntryLock implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryLock.class);

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
                channel.lock(0, Long.MAX_VALUE, true);
            } catch (OverlappingFileLockException e) {
                LOG.debug("Another class loader of this JVM has locked {}", file, e);
                return new EntryLock(file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            if (Files.exists(file)) {
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
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            LOG.debug("Another class loader of this JVM uses {}", file, e);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        return locked ? Optional.of(new EntryLock(file, channel)) : Optional.empty();
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Notes that the entry is used now: by a write through the locked channel, because to open and close the file a second
     * time, as setting its time does, releases the process's lock on it.
     */
    void touch() throws IOException {
        channel.write(ByteBuffer.wrap(new byte[1]), 0);
    }

    /** Removes the file of an exclusive lock; whoever waits for it makes another. */
    void deleteFile() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
