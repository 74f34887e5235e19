package io.pomaidb.index;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment of an index as an entry of the cache: copied there, or linked where its files lie on this machine.
 *
 * @param index the index
 * @param segment what the snapshot says of the segment
 */
record FetchedSegment(PomaiIndex index, Segment segment) implements CacheSource {
    private static final Logger LOG = LoggerFactory.getLogger(FetchedSegment.class);

    @Override
    public long room() throws IOException {
        if (SegmentFetcher.isLocal(index)) {
            return 0;
        }
        // The snapshot's sizes are to be trusted only if the files have them.
        SegmentFetcher.checkSizes(index, segment);
        return segment.bytes();
    }

    @Override
    public long fill(Path folder) throws IOException {
        if (SegmentFetcher.isLocal(index) && link(folder)) {
            return 0;
        }
        return SegmentFetcher.fetch(index, segment, folder);
    }

    private boolean link(Path folder) throws IOException {
        try {
            SegmentFetcher.link(index, segment, folder);
            return true;
        } catch (FileSystemException | UnsupportedOperationException e) {
            LOG.debug("Cannot link segment {} into {}, so it is copied", segment.directory(), folder, e);
            LocalDirectories.delete(folder);
            LocalDirectories.createPrivate(folder);
            return false;
        }
    }

    @Override
    public boolean isComplete(Path entry) throws IOException {
        return SegmentFetcher.isComplete(segment, entry);
    }

    @Override
    public boolean isIntact(Path entry) throws IOException {
        return SegmentFetcher.isIntact(segment, entry);
    }

    @Override
    public String toString() {
        return index.directoryOf(segment).toString();
    }
}
